/** Who sees whom, through nginx, with two of every service. */
import { describe, expect, it } from '@jest/globals';
import { locationKey, parseUserId } from '@nearby-friends/protocol';
import { DEFAULT_REDIS_PREFIX } from '@nearby-friends/service-kit';
import { Redis } from 'ioredis';
import { eventually } from '../plain/eventually.ts';
import { FERRY_BUILDING, north } from '../plain/places.ts';
import { useSharedSystem } from '../stack/use-shared-system.ts';

const system = useSharedSystem();
let people = 0;

/** Names that are not used yet, all of them friends of the first. */
async function friends(count: number): Promise<string[]> {
  const names = Array.from({ length: count }, () => `nearby-${++people}`);
  const [first = '', ...others] = names;
  await system.befriend(...others.map((other) => [first, other] as const));
  return names;
}

it('everything in Redis has the name of the deployment, so that two can share one', async () => {
  const [ann = '', bob = ''] = await friends(2);
  const a = await system.signIn(ann, { gateway: 0 });
  const b = await system.signIn(bob, { gateway: 1 });
  await a.reportUntilKept(FERRY_BUILDING);
  await b.reportUntilKept(FERRY_BUILDING);
  await eventually(() => expect([a.friendIds, b.friendIds]).toEqual([[bob], [ann]]));
  const redis = new Redis(system.access.redisUrl);
  try {
    const names = await eventually(async () => {
      const found = [...(await redis.keys('*')), ...((await redis.call('PUBSUB', 'SHARDCHANNELS')) as string[])];
      expect(found).toContain(`${DEFAULT_REDIS_PREFIX}${locationKey(parseUserId(ann))}`);
      expect(found.some((name) => name.includes('all-devices-of-the-user'))).toBe(true);
      return found;
    });
    expect(names.filter((name) => !name.startsWith(DEFAULT_REDIS_PREFIX))).toEqual([]);
  } finally {
    redis.disconnect();
  }
});

describe('the nearby list', () => {
  it('[N1] [S2] shows a friend on another gateway who becomes active, and follows them', async () => {
    const [ann = '', bob = ''] = await friends(2);
    const a = await system.signIn(ann, { gateway: 0 });
    expect(await a.reportUntilKept(FERRY_BUILDING)).toMatchObject({ at: expect.any(Number) });
    await eventually(() => expect(a.snapshots).toBe(1));
    expect(a.lastSnapshot).toEqual({ radiusMeters: 8_046.72, friends: [] });

    const b = await system.signIn(bob, { gateway: 1 });
    await b.reportUntilKept({ ...north(FERRY_BUILDING, 1_000), accuracy: 5, heading: 90, speed: 1.5, battery: 0.4 });
    await eventually(() => expect(a.friendIds).toEqual([bob]));
    expect(a.friends[0]).toMatchObject({ precision: 'exact', accuracy: 5, heading: 90, speed: 1.5, battery: 0.4 });
    expect(a.friends[0]?.distance).toBeCloseTo(1_000, 3);
    await eventually(() => expect(b.friendIds).toEqual([ann]));

    await b.report(north(FERRY_BUILDING, 500));
    await eventually(() => expect(a.friends[0]?.distance).toBeCloseTo(500, 3));
    expect(a.snapshots).toBe(1);
  });

  it('[N1] [N4] lets a friend far away walk in, and out again only beyond 1.05 of the radius', async () => {
    const [ann = '', bob = ''] = await friends(2);
    const a = await system.signIn(ann, { gateway: 0 });
    const b = await system.signIn(bob, { gateway: 1 });
    await a.reportUntilKept(FERRY_BUILDING);
    await b.reportUntilKept(north(FERRY_BUILDING, 20_000));
    await eventually(() => expect([a.snapshots, b.snapshots]).toEqual([1, 1]));
    expect(a.friendIds).toEqual([]);

    await b.report(north(FERRY_BUILDING, 8_000));
    await eventually(() => expect(a.friendIds).toEqual([bob]));
    await b.report(north(FERRY_BUILDING, 8_046.72 * 1.04));
    await eventually(() => expect(a.friends[0]?.distance).toBeGreaterThan(8_300));
    await b.report(north(FERRY_BUILDING, 8_046.72 * 1.06));
    await eventually(() => expect(a.friendIds).toEqual([]));
    await eventually(() => expect(b.friendIds).toEqual([]));
  });

  it('[N1] shows a friend who stays in place to a viewer who walks up', async () => {
    const [ann = '', bob = ''] = await friends(2);
    const b = await system.signIn(bob, { gateway: 1 });
    await b.reportUntilKept(FERRY_BUILDING);
    const a = await system.signIn(ann, { gateway: 0 });
    await a.report(north(FERRY_BUILDING, 30_000));
    await eventually(() => expect(a.snapshots).toBe(1));
    expect(a.friendIds).toEqual([]);
    await a.report(north(FERRY_BUILDING, 3_000));
    await eventually(() => expect(a.friends.map(({ distance }) => Math.round(distance))).toEqual([3_000]));
    await a.report(north(FERRY_BUILDING, 30_000));
    await eventually(() => expect(a.friendIds).toEqual([]));
  });

  it('[N2] is sorted by distance, and its distances follow the viewer', async () => {
    const [ann = '', ...others] = await friends(6);
    const clients = await Promise.all(others.map((other, i) => system.signIn(other, { gateway: i % 2 })));
    await Promise.all(clients.map((client, i) => client.reportUntilKept(north(FERRY_BUILDING, 500 * (i + 1)))));
    const a = await system.signIn(ann, { gateway: 0 });
    await a.report(FERRY_BUILDING);
    await eventually(() => expect(a.snapshots).toBe(1));
    expect(a.lastSnapshot?.friends.map(({ id }) => id)).toEqual(others);
    await a.report(north(FERRY_BUILDING, 3_000));
    await eventually(() => expect(a.friendIds).toEqual(others.toReversed()));
  });

  it('[S3] goes on for one viewer when another viewer of the same friend on the same gateway leaves', async () => {
    const [bob = '', ann = '', cem = ''] = await friends(3);
    const [a, c, b] = await Promise.all([
      system.signIn(ann, { gateway: 0 }),
      system.signIn(cem, { gateway: 0 }),
      system.signIn(bob, { gateway: 1 }),
    ]);
    await Promise.all([a, c, b].map((client) => client.reportUntilKept(FERRY_BUILDING)));
    await eventually(() => expect([a.friendIds, c.friendIds]).toEqual([[bob], [bob]]));
    c.close();
    // Not the gateway's sessions, of which other files have some.
    await eventually(async () =>
      expect(await system.userChannels()).not.toContain(`${DEFAULT_REDIS_PREFIX}inbox:{${cem}}`),
    );
    // A second each: past the grace after which a channel without viewers would be left.
    for (let step = 1; step <= 4; step++) {
      await b.report(north(FERRY_BUILDING, 100 * step));
      await eventually(() => expect(a.friends[0]?.distance).toBeCloseTo(100 * step, 3));
    }
  });

  it('[W1] serves one user with two devices on two gateways', async () => {
    const [ann = '', bob = ''] = await friends(2);
    const phone = await system.signIn(ann, { gateway: 0 });
    const tablet = await system.signIn(ann, { gateway: 1 });
    const b = await system.signIn(bob, { gateway: 1 });
    await phone.report(FERRY_BUILDING);
    await tablet.report(north(FERRY_BUILDING, 1_000));
    await b.report(north(FERRY_BUILDING, 2_000));
    await eventually(() => expect(phone.friends[0]?.distance).toBeCloseTo(2_000, 3));
    await eventually(() => expect(tablet.friends[0]?.distance).toBeCloseTo(1_000, 3));
    // The friend sees the device that shares, and no other.
    await eventually(() => expect(b.friends[0]?.distance).toBeCloseTo(2_000, 3));
    phone.close();
    await eventually(async () =>
      expect(await tablet.report(north(FERRY_BUILDING, 1_500))).toMatchObject({ shared: true }),
    );
    await eventually(() => expect(b.friends[0]?.distance).toBeCloseTo(500, 3));
  });

  it('[L7] [W1] shows a user with two devices where one of them is, until the other one takes over', async () => {
    const [ann = '', bob = ''] = await friends(2);
    const b = await system.signIn(bob, { gateway: 0 });
    await b.report(FERRY_BUILDING);
    const phone = await system.signIn(ann, { gateway: 0 });
    const laptop = await system.signIn(ann, { gateway: 1 });
    const notices: unknown[] = [];
    for (const [name, { socket }] of Object.entries({ phone, laptop })) {
      socket.on('device:shared', (notice) => notices.push([name, notice]));
    }
    const seen = new Set<number>();
    b.socket.on('nearby:changes', () => seen.add(Math.round(b.friends[0]?.distance ?? -1)));
    expect(await phone.report(north(FERRY_BUILDING, 1_000))).toMatchObject({ ok: true, shared: true });
    for (let i = 0; i < 3; i++) {
      expect(await laptop.report(north(FERRY_BUILDING, 6_000))).toMatchObject({ ok: true, shared: false });
      expect(await phone.report(north(FERRY_BUILDING, 1_001 + i))).toMatchObject({ ok: true, shared: true });
    }
    await eventually(() => expect(b.friends[0]?.distance).toBeCloseTo(1_003, 3));
    expect([...seen].filter((meters) => meters > 2_000)).toEqual([]);
    await eventually(() => expect(laptop.friends[0]?.distance).toBeCloseTo(6_000, 3));

    expect(await laptop.send('device:share', {})).toEqual({ ok: true });
    await eventually(() => expect(notices).toEqual([['phone', { thisDevice: false }]]));
    expect(await laptop.report(north(FERRY_BUILDING, 6_000))).toMatchObject({ shared: true });
    expect(await phone.report(north(FERRY_BUILDING, 1_004))).toMatchObject({ shared: false });
    await eventually(() => expect(b.friends[0]?.distance).toBeCloseTo(6_000, 3));
  });

  it('follows the radius, keeps it over a reconnect and has it on every device', async () => {
    const [ann = '', bob = ''] = await friends(2);
    const phone = await system.signIn(ann, { gateway: 0 });
    const tablet = await system.signIn(ann, { gateway: 1 });
    const b = await system.signIn(bob);
    await Promise.all([phone.report(FERRY_BUILDING), tablet.report(FERRY_BUILDING)]);
    await b.report(north(FERRY_BUILDING, 2_000));
    await eventually(() => expect([phone.friendIds, tablet.friendIds]).toEqual([[bob], [bob]]));
    expect(await phone.setRadius(1_000)).toEqual({ ok: true });
    await eventually(() => expect([phone.friendIds, tablet.friendIds]).toEqual([[], []]));
    await eventually(() => expect(phone.lastSnapshot?.radiusMeters).toBe(1_000));
    expect(await phone.setRadius(99)).toMatchObject({ ok: false, code: 'invalid_payload', retryable: false });

    const again = await system.signIn(ann, { gateway: 1 });
    await again.report(FERRY_BUILDING);
    await eventually(() => expect(again.lastSnapshot).toEqual({ radiusMeters: 1_000, friends: [] }));
    expect(await again.setRadius(5_000)).toEqual({ ok: true });
    await eventually(() => expect([phone.friendIds, again.friendIds]).toEqual([[bob], [bob]]));
  });

  it('[W2] works for a client that can only poll, and for one that upgrades', async () => {
    const [ann = '', bob = ''] = await friends(2);
    const a = await system.signIn(ann, { gateway: 0, transports: ['polling'] });
    const b = await system.signIn(bob, { gateway: 1, transports: ['polling', 'websocket'] });
    await a.report(FERRY_BUILDING);
    await b.report(north(FERRY_BUILDING, 10));
    await eventually(() => expect([a.friendIds, b.friendIds]).toEqual([[bob], [ann]]));
    await eventually(() => expect(b.socket.io.engine.transport.name).toBe('websocket'));
    expect(a.socket.io.engine.transport.name).toBe('polling');
  });

  it('shows friends only, and never the viewer', async () => {
    const [ann = '', bob = ''] = await friends(2);
    const stranger = await system.signIn('nearby-stranger', { gateway: 0 });
    const a = await system.signIn(ann, { gateway: 0 });
    const b = await system.signIn(bob, { gateway: 0 });
    await Promise.all([stranger, a, b].map((client) => client.report(FERRY_BUILDING)));
    await eventually(() => expect([a.friendIds, b.friendIds]).toEqual([[bob], [ann]]));
    await eventually(() => expect(stranger.snapshots).toBe(1));
    expect(stranger.friendIds).toEqual([]);
  });
});
