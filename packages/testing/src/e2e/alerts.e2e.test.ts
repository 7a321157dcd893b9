import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { VIEWING_SET } from '@nearby-friends/protocol';
import { eventually } from '../plain/eventually.ts';
import { FERRY_BUILDING, north } from '../plain/places.ts';
import { FakePushService } from '../servers/fake-push-service.ts';
import { ApiClient } from '../stack/api-client.ts';
import { BackgroundApp } from '../stack/background-app.ts';
import { Deployment } from '../stack/deployment.ts';
import { readMetric } from '../stack/read-metric.ts';

const push = new FakePushService();
await push.start();
const PATIENCE_MS = 60_000;
const PRIVATE_KEY = randomBytes(32).toString('base64url');
/** What must be in no log and no metric. */
const secrets: string[] = [PRIVATE_KEY, 'vapid t='];
const deployment = new Deployment({
  ingests: 1,
  alerts: 2,
  env: {
    all: { LOG_LEVEL: 'trace', PUSH_SERVICES: push.origin, PUBLIC_URL: 'https://nearby.example.org/app' },
    alerts: {
      VAPID_PRIVATE_KEY: PRIVATE_KEY,
      VAPID_SUBJECT: 'https://nearby.example.org',
      ALERT_LOOK_SECONDS: '0.3',
    },
  },
});
const api = new ApiClient(deployment);

beforeAll(() => deployment.start(), 180_000);
afterAll(async () => {
  await deployment.stop();
  await push.stop();
}, 60_000);

const report = async (app: BackgroundApp, meters: number, more: object = {}) => {
  const { status } = await app.bearer('/api/v1/positions', { ...north(FERRY_BUILDING, meters), ...more });
  expect(status).toBe(200);
};

/** A user with alerts of friends within 500 m, a browser and an app in the background. */
async function person(name: string, language?: 'en' | 'ko') {
  const subscription = push.subscribe();
  secrets.push(new URL(subscription.endpoint).pathname, ...Object.values(subscription.keys));
  await api.call(name, 'PUT', '/me/push-subscriptions', { ...subscription, ...(language ? { language } : {}) });
  await api.call(name, 'PATCH', '/me/alerts', { on: true, radiusMeters: 500 });
  const app = await BackgroundApp.register(deployment, api, name);
  return { app, endpoint: subscription.endpoint, shown: () => push.shownAt(subscription.endpoint) };
}

/** Looks of both replicas that began after this call are done. */
async function looksDone(): Promise<void> {
  const counts = () =>
    Promise.all(deployment.stack.alerts.map(({ opsPort }) => readMetric(opsPort, 'nearby_alerts_looks_total')));
  const before = await counts();
  // The roster is read at every third look, and a look may be under way.
  await eventually(async () => {
    const now = await counts();
    expect(now.every((count, i) => count >= (before[i] ?? 0) + 6)).toBe(true);
  }, PATIENCE_MS);
}

it('[P1] [P4] [P5] a friend who comes near is pushed once to each browser, encrypted, without a position', async () => {
  const { key } = (await eventually(() => api.call('near-ann', 'GET', '/push/key'), PATIENCE_MS)) as { key: string };
  expect(Buffer.from(key, 'base64url')).toHaveLength(65);
  await deployment.befriend(['near-ann', 'near-minjun']);
  await api.call('near-minjun', 'PATCH', '/me', { displayName: '민준' });
  const ann = await person('near-ann', 'ko');
  const minjun = await person('near-minjun');
  await report(ann.app, 0);
  await report(minjun.app, 5_000);
  await looksDone();
  expect([ann.shown(), minjun.shown()]).toEqual([[], []]);
  for (let metres = 100; metres < 105; metres++) await report(minjun.app, metres);
  await eventually(
    () => expect([ann.shown(), minjun.shown()]).toEqual([['민준 님이 근처에 있습니다.'], ['near-ann is nearby.']]),
    PATIENCE_MS,
  );
  await report(minjun.app, 5_000);
  await looksDone();
  await report(minjun.app, 100);
  await looksDone();
  expect([ann.shown(), minjun.shown()]).toEqual([['민준 님이 근처에 있습니다.'], ['near-ann is nearby.']]);

  const [message] = push.messages;
  expect(message?.notification).toMatchObject({ title: 'Nearby Friends', navigate: 'https://nearby.example.org/app/' });
  expect(message?.headers).toMatchObject({ ttl: '300', urgency: 'high', 'content-encoding': 'aes128gcm' });
  expect(message?.headers['topic']).toMatch(/^[A-Za-z0-9_-]{32}$/);
  expect(message?.length).toBeLessThanOrEqual(1_024);
  expect(message?.subject).toBe('https://nearby.example.org');
  expect(JSON.stringify(push.messages.map(({ notification }) => notification))).not.toMatch(/37\.|122\./);
}, 180_000);

it('[P2] [P3] none is sent who is muted, hidden, paused, blocked, too uncertain, in quiet hours, or while the page is looked at', async () => {
  const friends = ['muted', 'hidden', 'paused', 'blocked', 'uncertain'].map((name) => `off-${name}`);
  await deployment.befriend(
    ...friends.map((name) => ['off-ann', name] as const),
    ['off-ann', 'off-seen'],
    ['off-quiet', 'off-seen'],
    ['off-looking', 'off-seen'],
  );
  const ann = await person('off-ann');
  const quiet = await person('off-quiet');
  const looking = await person('off-looking');
  const page = await deployment.signIn('off-looking');
  await page.socket.emitWithAck(VIEWING_SET, { on: true });
  const all = { from: '00:00', to: '23:59', tz: 'UTC' };
  const rest = { from: '23:59', to: '00:00', tz: 'UTC' };
  // At any time of the day one of the two is in force.
  const now = new Date().toISOString().slice(11, 16);
  await api.call('off-quiet', 'PATCH', '/me/alerts', { quiet: now === '23:59' ? rest : all });
  await api.call('off-ann', 'PUT', '/friends/off-muted/alerts', { mutedUntil: Date.now() + 3_600_000 });
  await api.call('off-hidden', 'PUT', '/viewers/off-ann', { precision: 'hidden' });
  await api.call('off-paused', 'PUT', '/me/sharing', { paused: true });
  await api.call('off-blocked', 'POST', '/blocks', { userId: 'off-ann' });
  await report(ann.app, 0);
  await report(quiet.app, 0);
  await report(looking.app, 0);
  for (const name of friends) {
    const app = await BackgroundApp.register(deployment, api, name);
    await report(app, 50, name === 'off-uncertain' ? { accuracy: 900 } : {});
  }
  const seen = await BackgroundApp.register(deployment, api, 'off-seen');
  await report(seen, 50);
  // The one that is sent shows that the others would have been.
  await eventually(() => expect(ann.shown()).toEqual(['off-seen is nearby.']), PATIENCE_MS);
  await looksDone();
  expect(ann.shown()).toEqual(['off-seen is nearby.']);
  expect([quiet.shown(), looking.shown()]).toEqual([[], []]);
}, 180_000);

it('[P5] an approximate friend is in the area, and a subscription that has ended is deleted', async () => {
  await deployment.befriend(['gone-ann', 'gone-ben'], ['gone-ann', 'gone-cleo']);
  const ann = await person('gone-ann');
  await api.call('gone-ann', 'PATCH', '/me/alerts', { radiusMeters: 5_000 });
  await api.call('gone-ben', 'PUT', '/viewers/gone-ann', { precision: 'approximate' });
  await report(ann.app, 0);
  const ben = await BackgroundApp.register(deployment, api, 'gone-ben');
  await report(ben, 50);
  await eventually(() => expect(ann.shown()).toEqual(['gone-ben is in your area.']), PATIENCE_MS);
  push.respond(ann.endpoint, 410);
  const cleo = await BackgroundApp.register(deployment, api, 'gone-cleo');
  await report(cleo, 50);
  await eventually(async () => {
    const exported = (await api.call('gone-ann', 'GET', '/me/export')) as { pushSubscriptions: unknown[] };
    expect(exported.pushSubscriptions).toEqual([]);
  }, PATIENCE_MS);
}, 180_000);

it('[P7] a friend request and its acceptance are pushed, and a suppressed one is not', async () => {
  const [ann, ben] = [await person('ask-ann'), await person('ask-ben')];
  await api.call('ask-ann', 'POST', '/blocks', { userId: 'ask-cleo' });
  await api.call('ask-cleo', 'POST', '/friend-requests', { to: 'ask-ann' });
  await api.call('ask-ben', 'POST', '/friend-requests', { to: 'ask-ann' });
  await eventually(() => expect(ann.shown()).toEqual(['ask-ben would like to be your friend.']), PATIENCE_MS);
  await api.call('ask-ann', 'POST', '/friend-requests/ask-ben/accept');
  await eventually(() => expect(ben.shown()).toEqual(['ask-ann has accepted your friend request.']), PATIENCE_MS);
  await looksDone();
  expect(ann.shown()).toEqual(['ask-ben would like to be your friend.']);
  expect(push.defects).toEqual([]);
}, 180_000);

it('[P5] [P6] a busy push service is asked once more, a refusing one not, and nothing secret is written', async () => {
  await deployment.befriend(['busy-ann', 'busy-ben'], ['busy-cleo', 'busy-ben']);
  const [ann, cleo] = [await person('busy-ann'), await person('busy-cleo')];
  push.respond(ann.endpoint, 429);
  push.respond(cleo.endpoint, 403);
  const requestsTo = ({ endpoint }: { endpoint: string }) =>
    push.requests.filter((path) => path === new URL(endpoint).pathname).length;
  await report(ann.app, 0);
  await report(cleo.app, 0);
  await report(await BackgroundApp.register(deployment, api, 'busy-ben'), 50);
  await eventually(() => expect([requestsTo(ann), requestsTo(cleo)]).toEqual([1, 1]), PATIENCE_MS);
  push.respond(ann.endpoint, 201);
  await eventually(() => expect(ann.shown()).toEqual(['busy-ben is nearby.']), PATIENCE_MS);
  await looksDone();
  expect([requestsTo(ann), requestsTo(cleo)]).toEqual([2, 1]);

  const { gateways, locations, friendGraphs, ingests, alerts } = deployment.stack;
  const services = [...gateways, ...locations, ...friendGraphs, ...ingests, ...alerts];
  const metrics = services.map(async ({ opsPort }) => (await fetch(`http://127.0.0.1:${opsPort}/metrics`)).text());
  const written = [...services.flatMap(({ logs }) => logs), ...(await Promise.all(metrics))].join('\n');
  expect(written).toContain('push refused');
  expect(secrets.length).toBeGreaterThan(20);
  expect(secrets.filter((secret) => written.includes(secret))).toEqual([]);
}, 180_000);
