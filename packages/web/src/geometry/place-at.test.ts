/** Checks distance and direction of computed places. */
import { describe, expect, it } from '@jest/globals';
import { distanceMeters } from '@nearby-friends/geo';
import { placeAt } from './place-at.ts';

/** A great circle deviates from its parallel by metres. Smaller differences count as zero. */
const sign = (degrees: number): number => Math.sign(Math.round(degrees * 1e4)) + 0;

describe('placeAt', () => {
  it.each([
    [0, 30, 1, 0],
    [90, 8_046.72, 0, 1],
    [225, 100_000, -1, -1],
  ])('bearing %d, %d m', (bearing, meters, northward, eastward) => {
    const from = { lat: 41.88, lng: -87.63 };
    const to = placeAt(from, bearing, meters);
    expect(distanceMeters(from.lat, from.lng, to.lat, to.lng)).toBeCloseTo(meters, 3);
    expect([sign(to.lat - from.lat), sign(to.lng - from.lng)]).toEqual([northward, eastward]);
  });

  it('works across the date line and over a pole', () => {
    expect(placeAt({ lat: 0, lng: 179.9 }, 90, 100_000).lng).toBeLessThan(-179);
    const over = placeAt({ lat: 89.9, lng: 10 }, 0, 50_000);
    expect(over.lat).toBeLessThanOrEqual(90);
    expect(Math.abs(over.lng - -170)).toBeLessThan(1e-6);
  });
});
