/** What viewers are told of friends who are to be seen approximately. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import { approximate, distanceMeters } from '@nearby-friends/geo';
import { type NearbyFriend, parseUserId } from '@nearby-friends/protocol';
import { APPROXIMATE, EXACT, inShort, NearbyWorld, north, type Viewer } from '../test-support/nearby-world.ts';
import { RESEND_DISTANCE_METERS } from './list-composer.ts';

const BEN = parseUserId('ben');

let world: NearbyWorld;
let ann: Viewer;

function afterFlush(): string[] {
  world.flush();
  return inShort(ann.read());
}

beforeEach(() => {
  world = new NearbyWorld();
  ann = world.viewer('ann', 0, { radiusMeters: 5_000 });
  world.watch(ann.session, 'ben');
  world.open(ann.session);
  expect(afterFlush()).toEqual(['[]']);
});

describe('an approximate friend', () => {
  const shown = (): NearbyFriend | undefined => ann.list.friends.get(BEN);
  beforeEach(() => {
    world.grant(ann.session, 'ben', APPROXIMATE);
  });

  it('is shown on the grid, with distance and time and nothing else', () => {
    const [at, position] = [world.now(), { ...north(1_234), accuracy: 5, heading: 90, speed: 2, battery: 0.5 }];
    world.board.apply(BEN, { at, position });
    afterFlush();
    const place = approximate('ben', position.lat, position.lng, at);
    const distance = expect.closeTo(distanceMeters(0, 0, place.lat, place.lng), 1);
    // The time is that of the schedule, which the test of the rhythm holds.
    const shownAt = world.board.get(BEN)?.gridAt ?? at;
    expect(shownAt).toBeLessThan(at);
    expect(shown()).toEqual({ id: 'ben', ...place, distance, at: shownAt, precision: 'approximate' });
  });

  it('stands where he stood as long as he stays in the cell, wherever the viewer looks from', () => {
    const seen = new Set<string>();
    for (let meters = 0; meters < 4_000; meters += 25) {
      world.report('ben', meters);
      world.move(ann.session, meters / 2);
      afterFlush();
      const friend = shown();
      expect(friend).toBeDefined();
      if (!friend) continue;
      seen.add(`${friend.lat} ${friend.lng}`);
      const { own } = ann.session;
      const exact = distanceMeters(own?.lat ?? 0, own?.lng ?? 0, friend.lat, friend.lng);
      expect(Math.abs(friend.distance - exact)).toBeLessThanOrEqual(RESEND_DISTANCE_METERS + 0.01);
    }
    expect(seen.size).toBeLessThanOrEqual(6);
  });

  it('enters by the grid and not by where he is', () => {
    const sides = new Set<string>();
    for (const name of ['ben', 'cho', 'eve', 'fay', 'gus', 'hal']) {
      for (let meters = 4_000; meters < 6_000; meters += 97) {
        world.unwatch(ann.session, name);
        world.report(name, 50_000);
        afterFlush();
        world.grant(ann.session, name, APPROXIMATE);
        world.report(name, meters);
        afterFlush();
        const place = approximate(name, north(meters).lat, 0, world.now());
        const isNear = distanceMeters(0, 0, place.lat, place.lng) <= 5_000;
        expect(ann.list.friends.has(parseUserId(name))).toBe(isNear);
        sides.add(`${isNear ? 'shown' : 'not shown'}, ${meters <= 5_000 ? 'near' : 'far'}`);
      }
    }
    // Also those who are near and not shown, and those who are far and shown.
    expect(sides.size).toBe(4);
  });

  it('is exact again when the friend says so', () => {
    world.report('ben', 1_234);
    afterFlush();
    expect(shown()?.precision).toBe('approximate');
    world.grant(ann.session, 'ben', EXACT);
    expect(afterFlush()).toEqual(['+ben@1234']);
  });

  it('is computed once, however many watch', () => {
    const viewers = Array.from({ length: 20 }, (_, i) => world.viewer(`viewer-${i}`, 0));
    for (const { session } of viewers) {
      world.watch(session, 'ben', APPROXIMATE);
      world.open(session);
    }
    world.report('ben', 100);
    world.flush();
    const place = world.board.get(BEN)?.gridPlace;
    expect(place).toBeTruthy();
    for (const { session } of viewers) world.move(session, 10);
    world.flush();
    expect(world.board.get(BEN)?.gridPlace).toBe(place);
  });
});
