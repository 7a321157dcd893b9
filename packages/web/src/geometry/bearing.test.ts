/** Checks directions between places, also across the date line. */
import { describe, expect, it } from '@jest/globals';
import { bearingBetween, compassIndex } from './bearing.ts';
import { placeAt } from './place-at.ts';

describe('the direction', () => {
  it.each([0, 45, 90, 135, 180, 225, 270, 315, 359])('of %d degrees is found again', (bearing) => {
    for (const from of [
      { lat: 41.88, lng: -87.63 },
      { lat: -33, lng: 179.999 },
    ])
      expect(bearingBetween(from, placeAt(from, bearing, 1_000))).toBeCloseTo(bearing, 1);
  });

  it.each([
    [0, 0],
    [22, 0],
    [23, 1],
    [90, 2],
    [200, 4],
    [338, 0],
    [-90, 6],
    [725, 0],
  ])('of %d degrees is number %d of eight', (bearing, index) => {
    expect(compassIndex(bearing)).toBe(index);
  });
});
