import { describe, expect, it } from '@jest/globals';
import { ManualClock } from '@nearby-friends/service-kit';
import type { NearbyFriend } from '../wire-messages.ts';
import { NearbyList, POSITION_TTL_MS } from './nearby-list.ts';
import { ServerClock } from './server-clock.ts';

const NOW = 1_700_000_000_000;

function friend(id: string, distance: number, at = NOW): NearbyFriend {
  return { id, distance, at, lat: 1, lng: 2, precision: 'exact' };
}

/** `deviceOffMs`: how far this device's clock is ahead of the server's. */
function openList({ deviceOffMs = 0 } = {}) {
  const clock = new ManualClock(NOW + deviceOffMs);
  const serverClock = new ServerClock(clock);
  serverClock.observe(NOW, clock.now(), clock.now());
  const list = new NearbyList({ serverClock, clock, ttlMs: POSITION_TTL_MS });
  const shown: string[][] = [];
  list.shown.subscribe((friends) => shown.push(friends.map(({ id }) => id)));
  return { clock, list, shown, ids: () => list.shown.value.map(({ id }) => id) };
}

describe('the list', () => {
  it('[N2] is sorted by distance, then by id, for any order of messages', () => {
    const { list, ids } = openList();
    list.applySnapshot({ radiusMeters: 500, friends: [friend('bob', 100), friend('ann', 200)] });
    list.applyChanges({ upserts: [friend('dan', 150), friend('cem', 150), friend('bob', 300)], removed: [] });
    expect(ids()).toEqual(['cem', 'dan', 'ann', 'bob']);
  });

  it('applies snapshots and changes, and ignores the removal of an unknown friend', () => {
    const { list, ids } = openList();
    list.applyChanges({ upserts: [friend('bob', 1)], removed: [] });
    list.applySnapshot({ radiusMeters: 500, friends: [friend('ann', 2)] });
    list.applyChanges({ upserts: [], removed: ['bob', 'unknown'] });
    expect(ids()).toEqual(['ann']);
    list.applyChanges({ upserts: [], removed: ['ann'] });
    expect(ids()).toEqual([]);
  });

  it('is the same array until something changes', () => {
    const { list, shown } = openList();
    list.applySnapshot({ radiusMeters: 500, friends: [friend('ann', 2)] });
    const before = list.shown.value;
    list.applyChanges({ upserts: [], removed: ['unknown'] });
    expect(list.shown.value).toBe(before);
    list.applyChanges({ upserts: [friend('ann', 2, NOW + 1)], removed: [] });
    expect(list.shown.value).not.toBe(before);
    expect(shown).toEqual([['ann'], ['ann']]);
  });

  it('measures from the viewer’s position and reuses the objects of unchanged friends', () => {
    const { list } = openList();
    // All on one meridian. Ann is halfway between the two positions of the viewer.
    const [ann, bob] = [friend('ann', 111_195.08), friend('bob', 222_390.16)];
    list.applySnapshot({ radiusMeters: 500_000, friends: [ann, { ...bob, lat: 0, lng: 2 }] });
    list.setOwnPosition({ lat: 2, lng: 2 });
    expect(list.shown.value).toEqual([ann, { ...bob, lat: 0, lng: 2 }]);
    expect(list.shown.value[0]).toBe(ann);
    list.setOwnPosition({ lat: 0, lng: 2 });
    expect(list.shown.value).toEqual([{ ...bob, lat: 0, lng: 2, distance: 0 }, ann]);
    expect(list.shown.value[1]).toBe(ann);
  });

  it.each([0, 3_600_000, -3_600_000])(
    '[S5] lets each friend drop out 10 minutes after the report, by the server’s clock: device off by %d ms',
    (deviceOffMs) => {
      const { clock, list, shown } = openList({ deviceOffMs });
      const friends = [friend('ann', 1, NOW), friend('bob', 2, NOW - 60_000), friend('cem', 3, NOW - POSITION_TTL_MS)];
      list.applySnapshot({ radiusMeters: 500, friends });
      clock.advance(POSITION_TTL_MS - 60_000 - 1);
      expect(shown).toEqual([['ann', 'bob']]);
      clock.advance(1);
      expect(shown.at(-1)).toEqual(['ann']);
      clock.advance(60_000);
      expect(shown.at(-1)).toEqual([]);
      expect(clock.pending).toBe(0);
    },
  );

  it('[S5] keeps a friend for as long as its device asked for, and no longer after a position without that', () => {
    const { clock, list, ids } = openList();
    const phone = (id: string, seconds: number) => ({ ...friend(id, 1), staysVisibleSeconds: seconds });
    list.applySnapshot({ radiusMeters: 500, friends: [phone('ann', 900), phone('bob', 3_600), friend('cem', 3)] });
    clock.advance(POSITION_TTL_MS - 1);
    expect(ids()).toEqual(['ann', 'bob', 'cem']);
    clock.advance(1);
    expect(ids()).toEqual(['ann', 'bob']);
    clock.advance(299_000);
    list.applyChanges({ upserts: [friend('bob', 1, NOW + 899_000)], removed: [] });
    expect(ids()).toEqual(['ann', 'bob']);
    clock.advance(1_000);
    expect(ids()).toEqual(['bob']);
    clock.advance(POSITION_TTL_MS - 1_000);
    expect(ids()).toEqual([]);
    expect(clock.pending).toBe(0);
  });

  it('keeps friends with a newer position', () => {
    const { clock, list, ids } = openList();
    list.applySnapshot({ radiusMeters: 500, friends: [friend('ann', 1)] });
    clock.advance(POSITION_TTL_MS / 2);
    list.applyChanges({ upserts: [friend('ann', 1, NOW + POSITION_TTL_MS / 2)], removed: [] });
    clock.advance(POSITION_TTL_MS - 1);
    expect(ids()).toEqual(['ann']);
    clock.advance(1);
    expect(ids()).toEqual([]);
  });

  it('sets no timer after stop() and keeps its content', () => {
    const { clock, list, ids } = openList();
    list.applySnapshot({ radiusMeters: 500, friends: [friend('ann', 1)] });
    const before = list.shown.value;
    list.stop();
    // A late response to a position.
    list.setOwnPosition({ lat: 3, lng: 4 });
    expect(clock.pending).toBe(0);
    expect(ids()).toEqual(['ann']);
    expect(list.shown.value).toBe(before);
  });
});
