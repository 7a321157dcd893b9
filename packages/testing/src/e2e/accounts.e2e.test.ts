/** Friends made and lost while people are online, signing out everywhere, and leaving for good. */
import { describe, expect, it } from '@jest/globals';
import { locationKey, parseUserId } from '@nearby-friends/protocol';
import { DEFAULT_REDIS_PREFIX } from '@nearby-friends/service-kit';
import { Redis } from 'ioredis';
import { Client } from 'pg';
import { eventually } from '../plain/eventually.ts';
import { FERRY_BUILDING, north } from '../plain/places.ts';
import { ApiClient } from '../stack/api-client.ts';
import type { NearbyClient } from '../stack/nearby-client.ts';
import { useDeployment } from '../stack/use-deployment.ts';

/** What is promised for a change that both people are online for, and for closing sockets. */
const SOON_MS = 1_000;

const deployment = useDeployment();
const api = new ApiClient(deployment);

async function online(user: string, gateway: number, meters: number): Promise<NearbyClient> {
  const client = await deployment.signIn(user, { gateway });
  await client.reportUntilKept(north(FERRY_BUILDING, meters));
  await eventually(() => expect(client.snapshots).toBe(1));
  return client;
}

async function befriendOverTheApi(from: string, to: string): Promise<void> {
  await api.call(from, 'POST', '/friend-requests', { to });
  await api.call(to, 'POST', `/friend-requests/${from}/accept`);
}

describe('a friendship between two who are online on two gateways', () => {
  it('shows in both lists within a second, reaches every device, and ends as quickly', async () => {
    const [ann, annsTablet, bob] = [await online('ann', 0, 0), await online('ann', 1, 0), await online('bob', 1, 100)];
    await api.call('ann', 'POST', '/friend-requests', { to: 'bob' });
    await eventually(() => expect(bob.friendsChanged).toEqual([{ kind: 'requested', userId: 'ann' }]), SOON_MS);
    expect(await api.call('bob', 'GET', '/friend-requests')).toMatchObject({ incoming: [{ id: 'ann' }], outgoing: [] });
    await api.call('bob', 'POST', '/friend-requests/ann/accept');
    await eventually(() => {
      expect([ann.friendIds, annsTablet.friendIds, bob.friendIds]).toEqual([['bob'], ['bob'], ['ann']]);
    }, SOON_MS);
    for (const device of [ann, annsTablet]) {
      await eventually(() => expect(device.friendsChanged).toEqual([{ kind: 'accepted', userId: 'bob' }]), SOON_MS);
    }
    await api.call('bob', 'DELETE', '/friends/ann');
    await eventually(() => {
      expect([ann.friendIds, annsTablet.friendIds, bob.friendIds]).toEqual([[], [], []]);
      for (const device of [ann, annsTablet])
        expect(device.friendsChanged.at(-1)).toEqual({ kind: 'removed', userId: 'bob' });
    }, SOON_MS);
  });

  it('is approximate when one of them grants only that: a grid point, and nothing more precise', async () => {
    const [cara, dan, eve] = [await online('cara', 0, 0), await online('dan', 1, 100), await online('eve', 0, 300)];
    await befriendOverTheApi('cara', 'dan');
    await befriendOverTheApi('eve', 'dan');
    await eventually(() => expect(dan.friendIds).toEqual(['cara', 'eve']), SOON_MS);
    await api.call('cara', 'PUT', '/viewers/dan', { precision: 'approximate' });
    const there = { ...FERRY_BUILDING, accuracy: 5, heading: 90, speed: 1, battery: 0.5 };
    await cara.report(there);
    await eventually(() => expect(dan.list.get('cara')).toMatchObject({ precision: 'approximate' }), SOON_MS);
    const seen = dan.list.get('cara');
    expect(Object.keys(seen ?? {}).sort()).toEqual(['at', 'distance', 'id', 'lat', 'lng', 'precision']);
    expect([seen?.lat, seen?.lng]).not.toEqual([there.lat, there.lng]);
    const lastOfEve = dan.list.get('eve')?.at ?? 0;
    await cara.report(north(FERRY_BUILDING, 1));
    await eve.report(north(FERRY_BUILDING, 301));
    await eventually(() => expect(dan.list.get('eve')?.at).toBeGreaterThan(lastOfEve));
    expect(dan.list.get('cara')).toMatchObject({ lat: seen?.lat, lng: seen?.lng, distance: seen?.distance });
  });
});

describe('signing out everywhere', () => {
  it('closes the sockets on every replica within a second, and the old tokens are good for nothing any more', async () => {
    const oldToken = await deployment.token('eve');
    const devices = [await online('eve', 0, 0), await online('eve', 1, 0)];
    await api.call('eve', 'POST', '/me/sign-out');
    await eventually(() => expect(devices.map(({ disconnects }) => disconnects)).toEqual([1, 1]), SOON_MS);
    expect((await api.request('eve', 'GET', '/me')).status).toBe(401);
    const back = deployment.client({ token: oldToken });
    await back.connect().catch(() => undefined);
    if (back.socket.connected) await back.report(FERRY_BUILDING).catch(() => undefined);
    await eventually(() => expect(back.socket.connected).toBe(false));
    await online('eve', 0, 0);
  });
});

describe('signing out with the end of sharing', () => {
  it('[L5] takes the user off all lists within a second, also of friends who sign on later, until the next report', async () => {
    const [pam, quin] = [await online('pam', 0, 0), await online('quin', 1, 50)];
    await befriendOverTheApi('pam', 'quin');
    await eventually(() => expect(quin.friendIds).toEqual(['pam']));
    const tablet = await deployment.signIn('pam', { gateway: 1 });
    const token = await deployment.token('pam');
    // Received by the gateway before the call, and perhaps not recorded yet when it arrives.
    pam.socket.emit('location:update', north(FERRY_BUILDING, 10));
    expect(await pam.send('token:refresh', { token })).toEqual({ ok: true });
    await api.call('pam', 'POST', '/me/sign-out', { everywhere: false, stopSharing: true });
    await eventually(() => expect(quin.friendIds).toEqual([]), SOON_MS);
    const later = await online('quin', 0, 50);
    expect(later.friendIds).toEqual([]);
    expect(await api.call('pam', 'GET', '/me/export')).toMatchObject({ position: null });
    // This device has not signed out, and shares again.
    expect(tablet.disconnects).toBe(0);
    expect(await tablet.report(north(FERRY_BUILDING, 20))).toMatchObject({ ok: true });
    await eventually(() => expect([quin.friendIds, later.friendIds]).toEqual([['pam'], ['pam']]), SOON_MS);

    await api.call('pam', 'POST', '/me/sign-out', { everywhere: true, stopSharing: true });
    await eventually(() => expect([quin.friendIds, later.friendIds]).toEqual([[], []]), SOON_MS);
    await eventually(() => expect([pam, tablet].map(({ disconnects }) => disconnects)).toEqual([1, 1]), SOON_MS);
  });
});

describe('leaving for good', () => {
  it('closes the sockets, is gone from lists, database and cache, and can come back', async () => {
    const [fay, gus] = [await online('fay', 0, 0), await online('gus', 1, 50)];
    await befriendOverTheApi('fay', 'gus');
    await api.call('fay', 'POST', '/blocks', { userId: 'hal' });
    await api.call('ivy', 'POST', '/friend-requests', { to: 'fay' });
    await eventually(() => expect(gus.friendIds).toEqual(['fay']));
    const all = (await api.call('fay', 'GET', '/me/export')) as object;
    expect(JSON.stringify(all)).toMatch(/gus/);
    expect(JSON.stringify(all)).toMatch(/hal/);
    const oldToken = await deployment.token('fay');

    await api.call('fay', 'DELETE', '/me');
    await eventually(() => expect(fay.disconnects).toBe(1), SOON_MS);
    await eventually(() => {
      expect(gus.friendIds).toEqual([]);
      expect(gus.friendsChanged.at(-1)).toEqual({ kind: 'removed', userId: 'fay' });
    }, SOON_MS);
    // A row leaves the outbox after its change is published.
    await eventually(async () => expect(await mentionsOf('fay')).toEqual([]));
    const stillIn = await fetch(`${deployment.url}/api/v1/me`, { headers: { authorization: `Bearer ${oldToken}` } });
    expect(stillIn.status).toBe(401);
  });
});

/** Every table with a row that names the user, and the cache. The outbox is emptied as it is relayed. */
async function mentionsOf(user: string): Promise<string[]> {
  const database = new Client({ connectionString: deployment.stack.databaseUrl });
  const redis = new Redis(deployment.stack.redisUrl, { keyPrefix: DEFAULT_REDIS_PREFIX });
  await database.connect();
  try {
    const tables = await database.query<{ name: string }>(
      "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'",
    );
    const mentions: string[] = [];
    for (const { name } of tables.rows) {
      const found = await database.query(`SELECT 1 FROM "${name}" AS row WHERE row::text ~ $1`, [`\\m${user}\\M`]);
      if (found.rowCount) mentions.push(name);
    }
    if (await redis.exists(locationKey(parseUserId(user)))) mentions.push('the cache');
    return mentions;
  } finally {
    redis.disconnect();
    await database.end();
  }
}
