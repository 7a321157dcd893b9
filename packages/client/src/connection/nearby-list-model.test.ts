/** Property test: compares the list with brute force over random movements and messages. */
import { describe, expect, it } from '@jest/globals';
import { distanceMeters } from '@nearby-friends/geo';
import { ManualClock } from '@nearby-friends/service-kit';
import fc from 'fast-check';
import type { NearbyFriend } from '../wire-messages.ts';
import { NearbyList, POSITION_TTL_MS } from './nearby-list.ts';
import { ServerClock } from './server-clock.ts';

interface Place {
  readonly lat: number;
  readonly lng: number;
}
type Step =
  | { readonly kind: 'viewer moves' | 'reconnect'; readonly to: Place }
  | { readonly kind: 'friend moves'; readonly friend: number; readonly to: Place; readonly isExact: boolean }
  /** The server resends all friends with its distances, measured from the viewer's previous position if `stale`. */
  | { readonly kind: 'server measures'; readonly stale: boolean }
  | { readonly kind: 'friend leaves'; readonly friend: number };

const FRIENDS = 6;
/** Half a centimetre of rounding plus the numerical difference of the two formulas. */
const TOLERANCE_METERS = 0.005_001;

/** Places in one city, around the antimeridian and around a pole; many distances are equal. */
const place: fc.Arbitrary<Place> = fc.oneof(
  fc.record({
    lat: fc.double({ min: 37, max: 38, noNaN: true }),
    lng: fc.double({ min: -123, max: -122, noNaN: true }),
  }),
  fc.record({ lat: fc.constantFrom(0, 0.001, 0.002), lng: fc.constantFrom(179.999, -179.999, 180, -180) }),
  fc.record({
    lat: fc.double({ min: 89.9, max: 90, noNaN: true }),
    lng: fc.double({ min: -180, max: 180, noNaN: true }),
  }),
);
const someFriend = fc.nat(FRIENDS - 1);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('viewer moves' as const), to: place }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('reconnect' as const), to: place }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('friend moves' as const),
      friend: someFriend,
      to: place,
      isExact: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('server measures' as const), stale: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('friend leaves' as const), friend: someFriend }) },
);

/** A list and the state of a simulated server. */
function openWorld(start: Place) {
  const clock = new ManualClock(1);
  const list = new NearbyList({ serverClock: new ServerClock(clock), clock, ttlMs: POSITION_TTL_MS });
  const friends = new Map<string, NearbyFriend>();
  let own = start;
  let before = start;
  /** The friends as the server sends them to a viewer at `from`. */
  const measuredFrom = ({ lat, lng }: Place) =>
    [...friends.values()].map((friend) => ({
      ...friend,
      distance: Math.round(distanceMeters(lat, lng, friend.lat, friend.lng) * 100) / 100,
    }));
  const connect = (at: Place) => {
    own = at;
    before = at;
    list.clearOwnPosition();
    list.applySnapshot({ radiusMeters: 100_000, friends: measuredFrom(at) });
    list.setOwnPosition(at);
  };
  connect(start);

  const apply = (step: Step): void => {
    switch (step.kind) {
      case 'viewer moves':
        before = own;
        own = step.to;
        list.setOwnPosition(own);
        break;
      case 'reconnect':
        connect(step.to);
        break;
      case 'friend moves': {
        const id = `friend-${step.friend}`;
        clock.advance(1);
        friends.set(id, {
          id,
          ...step.to,
          distance: 0,
          at: clock.now(),
          precision: step.isExact ? 'exact' : 'approximate',
        });
        const upserts = measuredFrom(own).filter((friend) => friend.id === id);
        list.applyChanges({ upserts, removed: [] });
        break;
      }
      case 'server measures':
        list.applyChanges({ upserts: measuredFrom(step.stale ? before : own), removed: [] });
        break;
      case 'friend leaves': {
        const id = `friend-${step.friend}`;
        friends.delete(id);
        list.applyChanges({ upserts: [], removed: [id] });
        break;
      }
    }
  };
  const check = (): void => {
    const shown = list.shown.value;
    expect(new Set(shown.map(({ id }) => id))).toEqual(new Set(friends.keys()));
    for (const { distance, ...friend } of shown) {
      expect({ ...friend, distance: 0 }).toEqual(friends.get(friend.id));
      const brute = distanceMeters(own.lat, own.lng, friend.lat, friend.lng);
      expect(Math.abs(distance - brute)).toBeLessThan(TOLERANCE_METERS);
    }
    const sorted = shown.toSorted((a, b) => a.distance - b.distance || (a.id < b.id ? -1 : 1));
    expect(shown).toEqual(sorted);
  };
  return { apply, check };
}

describe('the list, after every step', () => {
  it('[N1] [N2] holds the friends that the server sent, sorted by brute-force distances from the viewer', () => {
    fc.assert(
      fc.property(place, fc.array(step, { maxLength: 40 }), (start, steps) => {
        const { apply, check } = openWorld(start);
        for (const step of steps) {
          apply(step);
          check();
        }
      }),
    );
  });
});
