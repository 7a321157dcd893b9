/**
 * Shows notifications of Web Push, and opens the page when one is pressed. It has no fetch handler on purpose: the page is never
 * stale, and no position is kept on disk.
 */

const DEFAULT_TITLE = 'Nearby Friends';

self.addEventListener('push', (event) => {
  // A browser ends a subscription whose messages show nothing, so whatever came is shown.
  event.waitUntil(show(readNotification(event.data)));
});

self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(openPage(event.notification.data?.address));
});

/** The declarative form: `{"web_push": 8030, "notification": {"title", "body", "navigate", "tag"?}}`. */
function readNotification(data) {
  try {
    return data.json().notification ?? {};
  } catch {
    return {};
  }
}

async function show({ title, body, navigate, tag }) {
  await self.registration.showNotification(textOr(title, DEFAULT_TITLE), {
    body: textOr(body, ''),
    icon: 'icon-192.png',
    data: { address: addressOf(navigate) },
    ...(typeof tag === 'string' && tag !== '' ? { tag } : {}),
  });
}

function textOr(value, otherwise) {
  return typeof value === 'string' && value !== '' ? value : otherwise;
}

/** Only addresses of this page, which may be below a path: the sender of a message chooses no other site. */
function addressOf(navigate) {
  const { scope } = self.registration;
  if (typeof navigate !== 'string') return scope;
  try {
    const { href } = new URL(navigate, scope);
    return href.startsWith(scope) ? href : scope;
  } catch {
    return scope;
  }
}

async function openPage(address = self.registration.scope) {
  const windows = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
  const open = windows.find(({ url }) => url.startsWith(self.registration.scope));
  if (open) await open.focus();
  else await self.clients.openWindow(address);
}
