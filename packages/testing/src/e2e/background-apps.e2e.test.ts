/** Background apps report over HTTP: requests as the apps build them, with the answers that keep them working (I1 to I5). */
import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { distanceMeters } from '@nearby-friends/geo';
import { VIEWING_SET } from '@nearby-friends/protocol';
import { eventually } from '../plain/eventually.ts';
import { FERRY_BUILDING } from '../plain/places.ts';
import { ApiClient } from '../stack/api-client.ts';
import { BackgroundApp } from '../stack/background-app.ts';
import type { NearbyClient } from '../stack/nearby-client.ts';
import { readMetric } from '../stack/read-metric.ts';
import { useDeployment } from '../stack/use-deployment.ts';

const deployment = useDeployment({ gateways: 1, locations: 1, friendGraphs: 1, ingests: 2 });
const api = new ApiClient(deployment);

const ALICE = { lat: 37.7955, lon: -122.3937 };
const BOB = { lat: 37.799, lon: -122.397 };
const nowS = () => Math.floor(Date.now() / 1000);
const register = (user: string, settings = {}) => BackgroundApp.register(deployment, api, user, settings);

let watcher: NearbyClient;

/** A user whom the watcher sees over a socket. */
async function seen(user: string): Promise<BackgroundApp> {
  await deployment.befriend([user, 'watcher']);
  return await register(user);
}

beforeAll(async () => {
  await deployment.befriend(['alice', 'bob'], ['alice', 'watcher'], ['bob', 'watcher']);
}, 60_000);
beforeEach(async () => {
  watcher = await deployment.signIn('watcher');
  await watcher.reportUntilKept(FERRY_BUILDING);
}, 60_000);

const untilSeen = (user: string, fields: object) =>
  eventually(() => expect(watcher.list.get(user)).toMatchObject(fields));

describe('OwnTracks', () => {
  it('reports a position and gets the friends who are near', async () => {
    const [alice, bob] = [await register('alice'), await register('bob')];
    expect((await alice.reportOwnTracks(ALICE)).map(({ tid }) => tid)).toEqual(['watcher']);
    const [friend, ...others] = (await bob.reportOwnTracks({ ...BOB, vel: 54, acc: 8, batt: 50 })).filter(
      ({ tid }) => tid !== 'watcher',
    );
    expect(others).toEqual([]);
    expect(friend).toEqual({ _type: 'location', tid: 'alice', ...ALICE, tst: expect.any(Number) });
    expect(Math.round(distanceMeters(BOB.lat, BOB.lon, friend?.lat ?? 0, friend?.lon ?? 0))).toBe(485);
    await untilSeen('bob', { lat: BOB.lat, lng: BOB.lon, speed: 15, accuracy: 8, battery: 0.5 });
    const [back] = (await alice.reportOwnTracks(ALICE)).filter(({ tid }) => tid === 'bob');
    expect(back).toMatchObject({ vel: 54, acc: 8, batt: 50 });
  });

  it('tells the names of friends with the first answer, and not with each', async () => {
    await deployment.befriend(['olga', 'pete']);
    await api.callUntilAccepted('pete', 'PATCH', '/me', { displayName: 'Pete P.' });
    const [olga, pete] = [await register('olga'), await register('pete')];
    await pete.reportOwnTracks(ALICE);
    const post = async () => {
      const { text } = await olga.owntracks(JSON.stringify({ _type: 'location', ...BOB, tst: nowS() }));
      return (JSON.parse(text) as object[]).filter((one) => 'name' in one);
    };
    const card = { _type: 'card', tid: 'pete', name: 'Pete P.' };
    // Once from each of the two replicas.
    const cards = [];
    for (let i = 0; i < 8; i++) cards.push(...(await post()));
    expect(cards.length).toBeGreaterThan(0);
    expect(cards.length).toBeLessThanOrEqual(2);
    for (const each of cards) expect(each).toEqual(card);
  });

  it('with an old fix changes nothing; with a ping of that fix it is still there', async () => {
    const carol = await seen('carol');
    await carol.reportOwnTracks(ALICE);
    await untilSeen('carol', { lat: ALICE.lat });
    const at = watcher.list.get('carol')?.at;
    expect(await carol.reportOwnTracks({ ...BOB, tst: nowS() - 7_200 })).toEqual([]);
    expect(watcher.list.get('carol')).toMatchObject({ lat: ALICE.lat, at });
    await carol.reportOwnTracks({ ...BOB, tst: nowS() - 7_200, created_at: nowS(), t: 'p' });
    await untilSeen('carol', { lat: BOB.lat });
  });

  it('is asked to report where it is now while a friend looks and its fix is old, and not each time', async () => {
    const wanda = await seen('wanda');
    const ping = async () => {
      const { text } = await wanda.owntracks(
        JSON.stringify({ _type: 'location', ...BOB, tst: nowS() - 300, created_at: nowS(), t: 'p' }),
      );
      return (JSON.parse(text) as object[]).filter((one) => 'action' in one);
    };
    await ping();
    await untilSeen('wanda', { lat: BOB.lat });
    expect(await ping()).toEqual([]);
    await watcher.socket.emitWithAck(VIEWING_SET, { on: true });
    const command = { _type: 'cmd', action: 'reportLocation' };
    await eventually(async () => expect(await ping()).toEqual([command]));
    // Once from each of the two replicas.
    const others = [];
    for (let i = 0; i < 8; i++) others.push(...(await ping()));
    expect(others.length).toBeLessThanOrEqual(1);
  });

  it('shows each friend as itself, and none who is hidden, blocked or paused', async () => {
    const dora = await register('dora');
    const friends = ['erik-xy', 'ella-xy', 'hidden', 'blocker', 'paused', 'vague'];
    await deployment.befriend(...friends.map((friend) => ['dora', friend] as const));
    for (const friend of friends) {
      const app = await register(friend);
      expect(await app.reportOwnTracks({ ...ALICE, acc: 5, vel: 3 })).toEqual([]);
    }
    await api.callUntilAccepted('hidden', 'PUT', '/viewers/dora', { precision: 'hidden' });
    await api.callUntilAccepted('vague', 'PUT', '/viewers/dora', { precision: 'approximate' });
    await api.callUntilAccepted('blocker', 'POST', '/blocks', { userId: 'dora' });
    await api.callUntilAccepted('paused', 'PUT', '/me/sharing', { paused: true });
    const shown = await dora.reportOwnTracks(BOB);
    expect(shown.map(({ tid }) => tid).sort()).toEqual(['ella-xy', 'erik-xy', 'vague']);
    const vague = shown.find(({ tid }) => tid === 'vague');
    expect(Object.keys(vague ?? {}).sort()).toEqual(['_type', 'lat', 'lon', 'tid', 'tst']);
    expect(vague?.lat).not.toBeCloseTo(ALICE.lat, 5);
    expect(shown.every(({ tst }) => Number.isInteger(tst))).toBe(true);
  });

  it.each([
    ['more than it may be', 'x'.repeat(300_000)],
    ['not JSON', '{'],
    ['empty', ''],
    ['encrypted', '{"_type":"encrypted","data":"aGVsbG8="}'],
    ['about another thing', '{"_type":"waypoints","waypoints":[]}'],
    ['no place on Earth', `{"_type":"location","lat":91,"lon":0,"tst":${nowS()}}`],
    ['without a time', '{"_type":"location","lat":1,"lon":0}'],
  ])('that sends what is %s gets an empty list: it would send it for ever otherwise', async (_, body) => {
    const app = await register('fred');
    const { status, text, headers } = await app.owntracks(body);
    expect([status, text]).toEqual([200, '[]']);
    expect(headers.get('content-type')).toMatch(/^application\/json/);
    await api.callUntilAccepted('fred', 'DELETE', `/me/devices/${app.id}`);
  });

  it('with a wrong secret, or that of another user, is refused', async () => {
    const [app, other] = [await register('gina'), await register('hugo')];
    for (const secret of ['wrong', '', other.secret]) {
      const { status, headers, text } = await app.owntracks('{}', secret);
      expect(status).toBe(401);
      expect(headers.get('www-authenticate')).toMatch(/^Basic /);
      expect(JSON.parse(text)).toMatchObject({ code: 'unauthorized', retryable: false });
    }
    await api.callUntilAccepted('gina', 'DELETE', `/me/devices/${app.id}`);
    expect((await app.owntracks('{}')).status).toBe(401);
  });
});

describe('one device of a user shares', () => {
  it('and another one neither moves the user nor is told who is near', async () => {
    const ivy = await seen('ivy');
    const page = await deployment.signIn('ivy');
    await page.reportUntilKept(FERRY_BUILDING);
    await untilSeen('ivy', { lat: FERRY_BUILDING.lat });
    expect(await ivy.reportOwnTracks({ lat: 37.7961, lon: -122.39 })).toEqual([]);
    expect(await page.report(FERRY_BUILDING)).toMatchObject({ shared: true });
    page.close();
    // It left, so the phone takes over.
    await eventually(async () => {
      await ivy.reportOwnTracks({ lat: 37.7961, lon: -122.39 });
      expect(watcher.list.get('ivy')?.lat).toBeCloseTo(37.7961, 6);
    });
  });
});

describe('other apps', () => {
  it('Overland reports a batch as one position', async () => {
    const app = await seen('jack');
    const feature = (secondsAgo: number) => ({
      type: 'Feature',
      geometry: { type: 'Point', coordinates: [-122.394 + secondsAgo * 1e-6, 37.7956] },
      properties: { timestamp: new Date(Date.now() - secondsAgo * 1000).toISOString(), speed: -1, battery_level: 0.7 },
    });
    const locations = Array.from({ length: 1_000 }, (_, i) => feature(1_000 - i));
    const positions = () => readMetric(deployment.stack.locations[0]?.opsPort ?? 0, 'nearby_positions_recorded_total');
    const before = await positions();
    const { status, text } = await app.bearer('/api/v1/ingest/overland', { locations });
    expect([status, text]).toEqual([200, '{"result":"ok"}']);
    expect((await positions()) - before).toBe(1);
    await untilSeen('jack', { battery: 0.7 });
    expect(watcher.list.get('jack')?.lng).toBeCloseTo(-122.394 + 1e-6, 9);
    expect((await app.post('/api/v1/ingest/overland', '{', { authorization: `Bearer ${app.secret}` })).text).toBe(
      '{"result":"ok"}',
    );
    expect((await app.bearer('/api/v1/ingest/overland', {}, 'wrong')).status).toBe(401);
  });

  it('Traccar Client reports with its identifier as the secret', async () => {
    const app = await seen('kate');
    const location = {
      timestamp: new Date().toISOString(),
      coords: { latitude: 37.7957, longitude: -122.394, accuracy: 6, speed: 2, heading: 10 },
      battery: { level: 0.4, is_charging: false },
    };
    const post = (body: unknown) => app.post('/api/v1/ingest/traccar', JSON.stringify(body), {});
    const { status, text } = await post({ location, device_id: app.secret });
    expect([status, text]).toEqual([200, '{}']);
    await untilSeen('kate', { lat: 37.7957, accuracy: 6, speed: 2, heading: 10, battery: 0.4 });
    expect((await post({ location, device_id: 'wrong' })).status).toBe(401);
    expect((await post({})).status).toBe(401);
  });

  it('scripts report with the secret or a token', async () => {
    const app = await seen('liam');
    const { status, text } = await app.bearer('/api/v1/positions', { lat: 37.7958, lng: -122.394, accuracy: 9 });
    expect([status, JSON.parse(text)]).toEqual([200, { ok: true, at: expect.any(Number) }]);
    await untilSeen('liam', { lat: 37.7958, accuracy: 9 });
    const invalid = await app.bearer('/api/v1/positions', { lat: 91.987654, lng: 0 });
    expect(JSON.parse(invalid.text)).toMatchObject({ status: 400, code: 'invalid_payload' });
    expect(invalid.text).not.toContain('91.9');
    await deployment.befriend(['mona', 'watcher']);
    const token = await deployment.token('mona');
    expect((await app.bearer('/api/v1/positions', { lat: 37.7959, lng: -122.394 }, token)).status).toBe(200);
    await untilSeen('mona', { lat: 37.7959 });
    await api.callUntilAccepted('mona', 'POST', '/me/sign-out', { everywhere: true });
    expect((await app.bearer('/api/v1/positions', { lat: 37.7959, lng: -122.394 }, token)).status).toBe(401);
  });
});

describe('an outage', () => {
  it('of Redis makes the apps send again later, and a killed replica is not noticed', async () => {
    const app = await register('nina');
    deployment.stack.ingests[0]?.kill();
    for (let i = 0; i < 4; i++) expect(await app.reportOwnTracks(ALICE)).toEqual(expect.any(Array));
    await deployment.stack.ingests[0]?.start();
    await deployment.stack.redis?.kill();
    const { status, text, headers } = await app.owntracks(`{"_type":"location","lat":1,"lon":2,"tst":${nowS()}}`);
    expect([status, JSON.parse(text)]).toEqual([
      503,
      expect.objectContaining({ code: 'unavailable', retryable: true }),
    ]);
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    await deployment.stack.redis?.restart();
    await eventually(async () => expect(await app.reportOwnTracks(ALICE)).toEqual(expect.any(Array)));
  });
});
