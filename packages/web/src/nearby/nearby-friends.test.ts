/** Tests announcements, interpolated places and selection of nearby friends. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { NearbyFriend, Observable } from '@nearby-friends/client';
import { NearbyFriends } from './nearby-friends.ts';

let announced: string[];
let now: number;
let update: (friends: readonly NearbyFriend[]) => void;

const at = (id: string, lat: number): NearbyFriend => ({ id, lat, lng: 0, distance: 1, at: 0, precision: 'exact' });

function makeList(prefersReducedMotion = false): NearbyFriends {
  const listeners = new Set<(friends: readonly NearbyFriend[]) => void>();
  let value: readonly NearbyFriend[] = [];
  update = (friends) => {
    value = friends;
    for (const listener of listeners) listener(friends);
  };
  const nearby: Observable<readonly NearbyFriend[]> = {
    get value() {
      return value;
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
  return new NearbyFriends({
    connection: { nearby },
    nameOf: (id) => id.toUpperCase(),
    announcer: { cameNear: (_, name) => announced.push(`+${name}`), left: (_, name) => announced.push(`-${name}`) },
    prefersReducedMotion: () => prefersReducedMotion,
    now: () => now,
  });
}

beforeEach(() => {
  announced = [];
  now = 0;
});

describe('NearbyFriends', () => {
  it('announces friends who come and leave, but not the initial list', () => {
    makeList();
    update([at('a', 1)]);
    update([at('a', 1), at('b', 2)]);
    update([at('b', 2)]);
    expect(announced).toEqual(['+B', '-A']);
  });

  it('interpolates places and draws the nearest friend on top', () => {
    const list = makeList();
    update([at('a', 1), at('b', 2)]);
    now = 1_000;
    update([at('a', 1.001), at('b', 2)]);
    expect(list.drawn(1_500).map(({ friend, lat }) => [friend.id, Number(lat.toFixed(4))])).toEqual([
      ['b', 2],
      ['a', 1.0005],
    ]);
    expect([list.isIdle(1_500), list.isIdle(2_000)]).toEqual([false, true]);
  });

  it('draws without interpolation when the user prefers reduced motion', () => {
    const list = makeList(true);
    update([at('a', 1)]);
    now = 1_000;
    update([at('a', 1.001)]);
    expect(list.drawn(1_000)[0]?.lat).toBe(1.001);
    expect(list.isIdle(1_000)).toBe(true);
    expect(announced).toEqual([]);
  });

  it('clears the selection when the friend is removed', () => {
    const list = makeList();
    update([at('a', 1)]);
    list.select('a');
    update([]);
    expect(list.selectedId.value).toBeNull();
  });
});
