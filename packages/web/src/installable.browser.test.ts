/** Tests the page as an app: it can be installed, shows notifications, keeps the screen on, and says what ends while it is hidden. */
import { expect, it } from '@jest/globals';
import { useDeployment, useProxiedDeployment } from '@nearby-friends/testing';
import { describeInBrowser } from '@nearby-friends/testing/chromium-here';
import { eventually } from '@nearby-friends/testing/eventually';
import type { Page } from 'playwright-core';
import { axeViolations } from './test-support/axe-violations.ts';
import { useBrowsers } from './test-support/browsers.ts';

const LOOP = { lat: 41.8826, lng: -87.6326 };
const PAYLOAD = {
  web_push: 8030,
  notification: { title: 'Ben is near', body: 'In your area', navigate: './', tag: 'x' },
};

/** What Chromium says against the installation, and what it reads from the manifest. */
async function installationOf(
  page: Page,
): Promise<{ errors: string[]; manifest: Record<string, unknown>; id: string }> {
  const debug = await page.context().newCDPSession(page);
  const { data, errors } = await debug.send('Page.getAppManifest');
  const { installabilityErrors } = await debug.send('Page.getInstallabilityErrors');
  const { appId } = await debug.send('Page.getAppId');
  return {
    errors: [...errors.map(({ message }) => message), ...installabilityErrors.map(({ errorId }) => errorId)],
    manifest: JSON.parse(data ?? '{}') as Record<string, unknown>,
    id: appId ?? '',
  };
}

/** A playwright context has a profile of its own, as a private window has, which is all that Chromium minds. */
const PRIVATE_WINDOW = 'in-incognito';

/** The worker once it is active. */
async function untilActive(page: Page): Promise<void> {
  await page.evaluate(async () => {
    await navigator.serviceWorker.ready;
  });
}

describeInBrowser('the page as an app', () => {
  const deployment = useDeployment({ gateways: 1, locations: 1, friendGraphs: 1 });
  const browsers = useBrowsers(deployment);

  it('can be installed', async () => {
    const { page } = await browsers.visit();
    await untilActive(page);
    await eventually(async () => {
      const { errors, manifest, id } = await installationOf(page);
      expect(errors.filter((error) => error !== PRIVATE_WINDOW)).toEqual([]);
      expect(manifest).toMatchObject({ display: 'standalone', start_url: './', scope: './' });
      // The page's own address, so that two deployments below paths of one host are two apps.
      expect(id).toBe(page.url());
    });
    for (const name of ['icon-192.png', 'icon-512.png', 'icon-maskable-512.png', 'apple-touch-icon.png']) {
      const size = await page.evaluate(async (file) => {
        const { width, height } = await createImageBitmap(await (await fetch(file)).blob());
        return [width, height];
      }, name);
      const side = name.includes('512') ? 512 : name.includes('192') ? 192 : 180;
      expect([name, ...size]).toEqual([name, side, side]);
    }
  });

  it('shows every message, and opens the page and no other site', async () => {
    const { page } = await browsers.visit({ permissions: ['notifications'] });
    await untilActive(page);
    const debug = await page.context().newCDPSession(page);
    const registration = new Promise<string>((resolve) => {
      debug.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
        if (registrations[0]) resolve(registrations[0].registrationId);
      });
    });
    await debug.send('ServiceWorker.enable');
    const registrationId = await registration;
    const { origin } = new URL(page.url());
    const shown = async (): Promise<{ title: string; body: string; tag: string; address: string }[]> =>
      await page.evaluate(async () => {
        const { registration: ours } = { registration: await navigator.serviceWorker.ready };
        return (await ours.getNotifications()).map(({ title, body, tag, data }) => ({
          title,
          body,
          tag,
          address: (data as { address: string }).address,
        }));
      });
    const deliver = async (data: string): Promise<void> => {
      await debug.send('ServiceWorker.deliverPushMessage', { origin, registrationId, data });
    };
    await deliver(JSON.stringify(PAYLOAD));
    await eventually(async () =>
      expect(await shown()).toEqual([{ title: 'Ben is near', body: 'In your area', tag: 'x', address: page.url() }]),
    );
    await deliver(
      JSON.stringify({ web_push: 8030, notification: { title: 'Other', navigate: 'https://example.org/', tag: 'y' } }),
    );
    await deliver('not JSON');
    await eventually(async () => expect(await shown()).toHaveLength(3));
    expect((await shown()).map(({ title, address }) => `${title} ${address === page.url()}`).sort()).toEqual([
      'Ben is near true',
      'Nearby Friends true',
      'Other true',
    ]);
  });

  it('brings the open page to the front at a press, or opens it', async () => {
    const { page } = await browsers.visit();
    await untilActive(page);
    const [worker] = page.context().serviceWorkers();
    if (worker === undefined) throw new Error('The worker is active and yet not listed.');
    // A browser lets a worker open windows only at a real press, which a test cannot make.
    const press = async (address: string): Promise<string[]> =>
      await worker.evaluate(async (wanted) => {
        const done: string[] = [];
        const { WindowClient, Clients, ExtendableEvent } = globalThis as unknown as Record<
          'WindowClient' | 'Clients' | 'ExtendableEvent',
          { new (name: string): Event; prototype: Record<string, unknown> }
        >;
        WindowClient.prototype['focus'] = async () => void done.push('focused');
        Clients.prototype['openWindow'] = async (opened: string) => void done.push(opened);
        let work: Promise<unknown> = Promise.resolve();
        const event = Object.assign(new ExtendableEvent('notificationclick'), {
          notification: { close: () => done.push('closed'), data: { address: wanted } },
          waitUntil: (promise: Promise<unknown>) => {
            work = promise;
          },
        });
        dispatchEvent(event);
        await work;
        return done;
      }, address);
    const address = page.url();
    expect(await press(address)).toEqual(['closed', 'focused']);
    await page.goto('about:blank');
    await eventually(async () => expect(await press(address)).toEqual(['closed', address]));
  });

  it('keeps the screen on while it shares, if the user wants that, also after it was hidden', async () => {
    const ada = await browsers.visit({ at: LOOP });
    const { page } = ada;
    await page.addInitScript(() => {
      const held = { count: 0, requests: 0 };
      const wakeLock = {
        request: async () => {
          held.requests++;
          held.count++;
          return {
            release: async () => {
              held.count--;
            },
          };
        },
      };
      Object.defineProperty(navigator, 'wakeLock', { value: wakeLock });
      Object.assign(globalThis, { held });
    });
    await page.reload();
    await ada.signIn('ada');
    const held = async () =>
      await page.evaluate(() => (globalThis as unknown as { held: { count: number; requests: number } }).held);
    await ada.open('Who sees me');
    expect(await held()).toEqual({ count: 0, requests: 0 });
    await page.getByLabel('Keep the screen on while I share').check();
    await eventually(async () => expect(await held()).toEqual({ count: 1, requests: 1 }));
    await setVisibility(page, 'hidden');
    await eventually(async () => expect(await held()).toEqual({ count: 0, requests: 1 }));
    await setVisibility(page, 'visible');
    await eventually(async () => expect(await held()).toEqual({ count: 1, requests: 2 }));
    expect(await axeViolations(ada)).toEqual([]);
    await page.getByLabel('Keep the screen on while I share').uncheck();
    await eventually(async () => expect(await held()).toMatchObject({ count: 0 }));
  });

  it('says what ends while it is hidden, in the sharing view and on return', async () => {
    const ben = await browsers.person('ben', { at: LOOP });
    await ben.open('Who sees me');
    await ben.page.getByText(/OwnTracks, Overland or Traccar Client/).waitFor();
    await setVisibility(ben.page, 'hidden');
    // A minute later.
    await ben.page.evaluate(() => {
      const real = performance.now.bind(performance);
      performance.now = () => real() + 60_000;
    });
    await setVisibility(ben.page, 'visible');
    await ben.heard(/^While this page was hidden, it may not have reported your location/);
  });

  async function setVisibility(page: Page, state: 'visible' | 'hidden'): Promise<void> {
    await page.evaluate((value) => {
      Object.defineProperty(document, 'visibilityState', { value, configurable: true });
      document.dispatchEvent(new Event('visibilitychange'));
    }, state);
  }
});

describeInBrowser('the page as an app below a path', () => {
  const proxied = useProxiedDeployment({ gateways: 1, locations: 1, friendGraphs: 1 });
  const browsers = useBrowsers({
    get url() {
      return proxied.front.pathUrl;
    },
  });

  it('is one of its own, with its worker there', async () => {
    const { page } = await browsers.visit();
    await untilActive(page);
    const { errors, id } = await installationOf(page);
    expect(errors.filter((error) => error !== PRIVATE_WINDOW)).toEqual([]);
    expect(new URL(id).pathname).toBe(new URL(page.url()).pathname);
    expect(await page.evaluate(async () => new URL((await navigator.serviceWorker.ready).scope).pathname)).toBe(
      '/nearby/',
    );
  });
});
