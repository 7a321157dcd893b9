/** Checks places beyond the date line and at the poles. */
import { describe, expect, it } from '@jest/globals';
import { drawnAt, nearestLongitude, normalizedPlace } from './nearest-copy.ts';

describe('the nearest copy of a meridian', () => {
  it.each([
    [-179.99, 179.98, 180.01],
    [179.99, -179.98, -180.01],
    [127, 126, 127],
    [10, -10, 10],
    [-179, 539, 541],
  ])('of %d around %d is %d', (lng, around, expected) => {
    expect(nearestLongitude(lng, around)).toBeCloseTo(expected, 9);
  });
});

describe('a place', () => {
  it('of any copy is normalized to the one that is reported, and others stay exactly as they are', () => {
    expect(normalizedPlace({ lat: 1, lng: 180.028 }).lng).toBeCloseTo(-179.972, 9);
    expect(normalizedPlace({ lat: 1, lng: -540.5 }).lng).toBeCloseTo(179.5, 9);
    for (const lng of [180, -180, 0, 12.345_678_9]) expect(normalizedPlace({ lat: 1, lng })).toEqual({ lat: 1, lng });
    expect(normalizedPlace({ lat: 90.000_001, lng: 0 }).lat).toBe(90);
  });

  it('at a pole is drawn at the edge of the map', () => {
    expect(drawnAt({ lat: 90, lng: 0 }, 0).lat).toBeCloseTo(85.05, 2);
    expect(drawnAt({ lat: -89, lng: -179 }, 179)).toEqual({ lat: expect.closeTo(-85.05, 2), lng: 181 });
  });
});
