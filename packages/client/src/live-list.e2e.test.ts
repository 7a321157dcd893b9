/** Tests the nearby list of an app through nginx with two gateways. */
import { describe, expect, it } from '@jest/globals';
import { useSharedSystem } from '@nearby-friends/testing';
import { eventually } from '@nearby-friends/testing/eventually';
import { FERRY_BUILDING, north } from '@nearby-friends/testing/places';
import { seededRandom } from '@nearby-friends/testing/seeded-random';
import { LIVE_LIST_STEPS } from '@nearby-friends/testing/tiers';
import { useConnections } from './connect.testing.ts';
import type { FriendsChanged, NearbyFriend } from './wire-messages.ts';

const FRIENDS = 12;

const system = useSharedSystem();
const connectAs = useConnections(system);

describe('the nearby list', () => {
  it(`[N1] [N2] is what the raw events say, and sorted at every moment, while ${FRIENDS} friends move and hide`, async () => {
    const friends = Array.from({ length: FRIENDS }, (_, i) => `list-mover-${i}`);
    await system.befriend(...friends.map((friend) => ['list-watcher', friend] as const));
    const raw = await system.signIn('list-watcher', { gateway: 0 });
    const app = await connectAs('list-watcher', { gateway: 1 });
    const seen: (readonly NearbyFriend[])[] = [];
    app.nearby.subscribe((list) => seen.push(list));
    await Promise.all([raw.report(FERRY_BUILDING), app.updateLocation(FERRY_BUILDING)]);
    const movers = await Promise.all(friends.map((friend, i) => connectAs(friend, { gateway: i % 2 })));
    const random = seededRandom(7);
    for (let step = 0; step < LIVE_LIST_STEPS; step++) {
      const mover = movers[Math.floor(random() * FRIENDS)];
      const place = north(FERRY_BUILDING, random() * 12_000);
      await (random() < 0.1 ? toggleHiding(mover, random() < 0.5) : mover?.updateLocation({ ...place, speed: step }));
    }
    await Promise.all(
      movers.map((mover, i) =>
        mover.api.sharing.resume().then(() => mover.updateLocation(north(FERRY_BUILDING, 700 * i))),
      ),
    );
    await eventually(() => {
      expect(raw.friends.length).toBe(FRIENDS);
      expect(app.nearby.value).toEqual(raw.friends);
    });
    expect(seen.length).toBeGreaterThan(5);
    for (const list of seen) {
      const distances = list.map(({ distance }) => distance);
      expect(distances).toEqual(distances.toSorted((a, b) => a - b));
    }
    expect(app.radiusMeters.value).toBe(raw.lastSnapshot?.radiusMeters);
  }, 60_000);

  async function toggleHiding(mover: Awaited<ReturnType<typeof connectAs>> | undefined, hide: boolean) {
    if (hide) await mover?.api.sharing.pause();
    else await mover?.api.sharing.resume();
  }

  it('[N1] [N2] follows a viewer who walks past stationary friends, with enters and leaves', async () => {
    const resting = { 'list-ivy': 200, 'list-jon': 500, 'list-kim': 1_900 };
    await system.befriend(...Object.keys(resting).map((friend) => ['list-lea', friend] as const));
    const lea = await connectAs('list-lea', { gateway: 1 });
    await lea.setRadius(1_000);
    await Promise.all(
      Object.entries(resting).map(async ([id, meters], i) =>
        (await connectAs(id, { gateway: i % 2 })).updateLocation(north(FERRY_BUILDING, meters)),
      ),
    );
    await lea.updateLocation(FERRY_BUILDING);
    await eventually(() => expect(lea.ids).toEqual(['list-ivy', 'list-jon']));
    const sorted = (list: readonly NearbyFriend[]) => list.toSorted((a, b) => a.distance - b.distance);
    const seen: (readonly NearbyFriend[])[] = [];
    lea.nearby.subscribe((list) => seen.push(list));
    for (let walked = 0; walked <= 1_280; walked += 40) {
      await lea.updateLocation(north(FERRY_BUILDING, walked));
      // At once, without waiting for a message of the gateway.
      for (const { id, distance } of lea.nearby.value) {
        expect(distance).toBeCloseTo(Math.abs(resting[id as keyof typeof resting] - walked), 1);
      }
    }
    // Ivy is 1,050 m behind.
    await eventually(() => expect(lea.ids).toEqual(['list-kim', 'list-jon']));
    expect(lea.nearby.value.map(({ distance }) => Math.round(distance))).toEqual([620, 780]);
    for (const list of seen) expect(list).toEqual(sorted(list));
    // The same list as for a client whose gateway measures.
    const raw = await system.signIn('list-lea', { gateway: 0 });
    await raw.report(north(FERRY_BUILDING, 1_280));
    await eventually(() => expect(raw.friends).toEqual(lea.nearby.value));
  });

  it('shows an approximate friend as such', async () => {
    await system.befriend(['list-ann', 'list-bob']);
    const [ann, bob] = [await connectAs('list-ann'), await connectAs('list-bob', { gateway: 1 })];
    expect(await bob.api.viewers.grant('list-ann', { precision: 'approximate' })).toEqual({
      precision: 'approximate',
      until: null,
    });
    await Promise.all([ann.updateLocation(FERRY_BUILDING), bob.updateLocation({ ...FERRY_BUILDING, speed: 1 })]);
    await eventually(() => expect(ann.nearby.value).toMatchObject([{ id: 'list-bob', precision: 'approximate' }]));
    expect(ann.nearby.value[0]).not.toHaveProperty('speed');
  });
});

describe('the radius', () => {
  it('changes the list and applies to another device of the user', async () => {
    await system.befriend(['list-cem', 'list-dan']);
    const dan = await connectAs('list-dan', { gateway: 1 });
    await dan.updateLocation(north(FERRY_BUILDING, 3_000));
    const [phone, laptop] = [await connectAs('list-cem'), await connectAs('list-cem', { gateway: 1 })];
    await Promise.all([phone.updateLocation(FERRY_BUILDING), laptop.updateLocation(FERRY_BUILDING)]);
    await eventually(() => expect([phone.ids, laptop.ids]).toEqual([['list-dan'], ['list-dan']]));
    await phone.setRadius(2_000);
    expect(phone.radiusMeters.value).toBe(2_000);
    await eventually(() => expect([phone.ids, laptop.ids]).toEqual([[], []]));
    await eventually(() => expect(laptop.radiusMeters.value).toBe(2_000));
    expect(await phone.api.me.get()).toMatchObject({ id: 'list-cem', radiusMeters: 2_000 });
  });

  it('outside its limits rejects with a typed error and keeps the old one', async () => {
    const app = await connectAs('list-eve');
    const update = app.setRadius(1);
    await expect(update).rejects.toMatchObject({ name: 'NearbyError', code: 'invalid_payload', retryable: false });
    await app.updateLocation(FERRY_BUILDING);
    await eventually(() => expect(app.radiusMeters.value).toBe(8_046.72));
  });
});

describe('a position', () => {
  it('set before connecting is sent on connect; an invalid one rejects with a typed error', async () => {
    const app = await connectAs('list-fay');
    expect(app.status.value).toEqual({ kind: 'connecting', failures: 0 });
    const before = Date.now();
    const { at } = await app.updateLocation(FERRY_BUILDING);
    expect(Math.abs(at - before)).toBeLessThan(10_000);
    await expect(app.updateLocation({ lat: 91, lng: 0 })).rejects.toMatchObject({
      name: 'NearbyError',
      code: 'invalid_payload',
      message: expect.stringContaining('lat'),
      defects: [{ path: 'lat', message: expect.any(String) }],
    });
    expect(app.status.value).toEqual({ kind: 'online' });
  });
});

describe('the user’s own settings', () => {
  it('[G6] [W1] every device is told of each change, by any device or call, and of an end', async () => {
    await system.befriend(['list-ona', 'list-pia']);
    const [phone, laptop] = [await connectAs('list-ona', { gateway: 0 }), await connectAs('list-ona', { gateway: 1 })];
    const received = [phone, laptop].map((device) => {
      const changes: string[] = [];
      device.onSharingChanged(() => changes.push('sharing'));
      device.onViewersChanged(() => changes.push('viewers'));
      return changes;
    });
    await eventually(() =>
      expect([phone, laptop].map(({ status }) => status.value.kind)).toEqual(['online', 'online']),
    );
    await Promise.all([phone, laptop].map((device) => device.updateLocation(FERRY_BUILDING)));
    const until = Date.now() + 3_000;
    await phone.api.sharing.pause(until);
    await laptop.api.viewers.grant('list-pia', { precision: 'approximate', until });
    await eventually(() => {
      for (const changes of received) expect(changes.toSorted()).toEqual(['sharing', 'viewers']);
    }, 2_000);
    await eventually(() => {
      for (const changes of received) expect(changes.toSorted()).toEqual(['sharing', 'sharing', 'viewers', 'viewers']);
    });
    expect(Date.now()).toBeGreaterThanOrEqual(until);
    expect(await laptop.api.sharing.get()).toEqual({ paused: false, until: null });
  });
});

describe('a friendship', () => {
  it('[W1] notifies every device when it is requested, accepted and ended', async () => {
    const [gil, phone, laptop] = [
      await connectAs('list-gil'),
      await connectAs('list-hal', { gateway: 0 }),
      await connectAs('list-hal', { gateway: 1 }),
    ];
    const received = [phone, laptop, gil].map((device) => {
      const changes: FriendsChanged[] = [];
      device.onFriendsChanged((change) => changes.push(change));
      return changes;
    });
    await eventually(() =>
      expect([gil, phone, laptop].map(({ status }) => status.value.kind)).toEqual(Array(3).fill('online')),
    );
    await Promise.all([gil, phone].map((device) => device.api.me.get()));
    await gil.api.requests.send('list-hal');
    await eventually(() => expect(received[1]).toEqual([{ kind: 'requested', userId: 'list-gil' }]));
    expect((await phone.api.requests.list()).incoming).toMatchObject([{ id: 'list-gil' }]);
    await phone.api.requests.accept('list-gil');
    await Promise.all([gil.updateLocation(FERRY_BUILDING), laptop.updateLocation(FERRY_BUILDING)]);
    await eventually(() => expect([gil.ids, laptop.ids]).toEqual([['list-hal'], ['list-gil']]));
    await gil.api.me.update({ displayName: 'Gil G.' });
    await eventually(() => expect(received.map((changes) => changes.at(-1)?.kind)).toEqual(Array(3).fill('renamed')));
    expect((await laptop.api.friends.page()).items).toMatchObject([{ id: 'list-gil', displayName: 'Gil G.' }]);
    await gil.api.friends.remove('list-hal');
    await eventually(() => expect([gil.ids, laptop.ids]).toEqual([[], []]));
    const all = ['requested', 'accepted', 'renamed', 'removed'].map((kind) => ({ kind, userId: 'list-gil' }));
    await eventually(() => {
      expect(received[0]).toEqual(all);
      expect(received[1]).toEqual(all);
      expect(received[2]?.map(({ kind }) => kind)).toEqual(['accepted', 'renamed', 'removed']);
    });
  });
});
