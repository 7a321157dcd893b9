import { expect, it } from '@jest/globals';
import { isPlausibleMove } from './plausible-movement.ts';

/** One degree of latitude, m. */
const DEGREE_METERS = 111_195;
const START = { lat: 0, lng: 0, at: 1_000_000 };
const after = (seconds: number, meters: number) => ({
  lat: meters / DEGREE_METERS,
  lng: 0,
  at: START.at + seconds * 1_000,
});

it.each([
  [10, 3_399, true],
  [10, 3_401, false],
  // Delayed positions that arrive together count as a second apart, and so do those in the wrong order.
  [0, 339, true],
  [0, 341, false],
  [-5, 339, true],
])('a move in %d s of %d m at 340 m/s is plausible: %p', (seconds, meters, isPlausible) => {
  expect(isPlausibleMove(START, after(seconds, meters), 340)).toBe(isPlausible);
});

it('every move is plausible where the check is off', () => {
  expect(isPlausibleMove(START, after(1, 10_000_000), 0)).toBe(true);
});
