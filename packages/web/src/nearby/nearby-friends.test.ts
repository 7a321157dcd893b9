/** Who is near: announced when they come and go, drawn on their way, forgotten when they are gone. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { NearbyFriend, Observable } from '@nearby-friends/client';
import { NearbyFriends } from './nearby-friends.ts';

let told: string[];
let now: number;
let tell: (friends: readonly NearbyFriend[]) => void;

const at = (id: string, lat: number): NearbyFriend => ({ id, lat, lng: 0, distance: 1, at: 0, precision: 'exact' });

function makeList(isCalm = false): NearbyFriends {
  const listeners = new Set<(friends: readonly NearbyFriend[]) => void>();
  let value: readonly NearbyFriend[] = [];
  tell = (friends) => {
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
    announcer: { cameNear: (_, name) => told.push(`+${name}`), left: (_, name) => told.push(`-${name}`) },
    isCalm: () => isCalm,
    now: () => now,
  });
}

beforeEach(() => {
  told = [];
  now = 0;
});

describe('NearbyFriends', () => {
  it('announces who comes and who leaves, and not who was there at the beginning', () => {
    makeList();
    tell([at('a', 1)]);
    tell([at('a', 1), at('b', 2)]);
    tell([at('b', 2)]);
    expect(told).toEqual(['+B', '-A']);
  });

  it('draws each on the way to where they are, the nearest on top', () => {
    const list = makeList();
    tell([at('a', 1), at('b', 2)]);
    now = 1_000;
    tell([at('a', 1.001), at('b', 2)]);
    expect(list.drawn(1_500).map(({ friend, lat }) => [friend.id, Number(lat.toFixed(4))])).toEqual([
      ['b', 2],
      ['a', 1.0005],
    ]);
    expect([list.isAtRest(1_500), list.isAtRest(2_000)]).toEqual([false, true]);
  });

  it('draws everybody at once where they are for whoever wants nothing to move', () => {
    const list = makeList(true);
    tell([at('a', 1)]);
    now = 1_000;
    tell([at('a', 1.001)]);
    expect(list.drawn(1_000)[0]?.lat).toBe(1.001);
    expect(list.isAtRest(1_000)).toBe(true);
    expect(told).toEqual([]);
  });

  it('has nobody selected who is gone', () => {
    const list = makeList();
    tell([at('a', 1)]);
    list.select('a');
    tell([]);
    expect(list.selectedId.value).toBeNull();
  });
});
