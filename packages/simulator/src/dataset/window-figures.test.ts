/** The figures of a window, by a story short enough to count by hand. */
import { describe, expect, it } from '@jest/globals';
import { parseUserId, type UserId } from '@nearby-friends/protocol';
import { friendshipsOf } from './friendships.ts';
import type { Movement } from './movements.ts';
import { windowFigures } from './window-figures.ts';

const a = parseUserId('a');
const b = parseUserId('b');
const c = parseUserId('c');

function at(seconds: number, user: UserId, metersNorth: number): Movement {
  return { user, atMs: seconds * 1_000, lat: metersNorth / 111_195, lng: 0 };
}

function figures(movements: Movement[], ttlSeconds = 1_000): ReturnType<typeof windowFigures> {
  return windowFigures({
    movements,
    window: { fromMs: 0, toMs: 100_000 },
    friendships: friendshipsOf([
      [a, b],
      [a, c],
    ]),
    radiusMeters: 1_000,
    ttlMs: ttlSeconds * 1_000,
  });
}

describe('windowFigures', () => {
  it('counts both directions of a meeting and of a parting', () => {
    expect(figures([at(0, a, 0), at(25, b, 500), at(75, b, 2_000)])).toMatchObject({
      movements: 3,
      movers: 2,
      pairs: 2,
      entered: 2,
      left: 2,
      expired: 0,
      listedMax: 2,
      listedMean: 1,
    });
  });

  it('[N4] lets a friend leave only beyond 1.05 of the radius', () => {
    expect(figures([at(0, a, 0), at(1, b, 999), at(2, b, 1_049)])).toMatchObject({ entered: 2, left: 0 });
    expect(figures([at(0, a, 0), at(1, b, 1_049)])).toMatchObject({ entered: 0 });
    expect(figures([at(0, a, 0), at(1, b, 999), at(2, b, 1_051)])).toMatchObject({ entered: 2, left: 2 });
  });

  it('[S5] counts positions that expire while listed, and lets an inactive viewer keep its list', () => {
    // a's position expires at 20 s and leaves b's list; b, who continues, stays on a's.
    expect(figures([at(0, a, 0), at(1, b, 10), at(15, b, 10), at(30, b, 10), at(45, b, 10)], 20)).toMatchObject({
      entered: 2,
      left: 0,
      expired: 2,
    });
    expect(figures([at(0, a, 0), at(1, b, 10), at(15, b, 10), at(30, b, 10), at(95, b, 10)], 70)).toMatchObject({
      expired: 1,
    });
  });

  it('does not list strangers', () => {
    expect(figures([at(0, b, 0), at(1, c, 0)])).toMatchObject({ pairs: 0, entered: 0 });
  });
});
