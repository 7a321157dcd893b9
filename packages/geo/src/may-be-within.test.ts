/** The cheap bound must never reject a pair within the distance, and must reject most others. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { distanceMeters } from './distance.ts';
import { mayBeWithin, minDistanceMeters } from './may-be-within.ts';
import { pairOfPositions } from './positions.testing.ts';

describe('mayBeWithin', () => {
  it('never rejects a pair at its own distance', () => {
    fc.assert(
      fc.property(pairOfPositions, ([a, b]) => {
        const meters = distanceMeters(a.lat, a.lng, b.lat, b.lng);
        expect(mayBeWithin(a.lat, a.lng, b.lat, b.lng, meters)).toBe(true);
      }),
      { numRuns: 5_000 },
    );
  });

  it('is symmetric', () => {
    const meters = fc.double({ min: 0, max: 200_000, noNaN: true });
    fc.assert(
      fc.property(
        pairOfPositions,
        meters,
        ([a, b], limit) =>
          mayBeWithin(a.lat, a.lng, b.lat, b.lng, limit) === mayBeWithin(b.lat, b.lng, a.lat, a.lng, limit),
      ),
    );
  });

  it('keeps neighbours across the antimeridian and around a pole', () => {
    expect(mayBeWithin(0, 179.999, 0, -179.999, 300)).toBe(true);
    expect(mayBeWithin(89.9999, 0, 89.9999, 180, 30)).toBe(true);
    expect(mayBeWithin(-90, 20, -90, -100, 0)).toBe(true);
  });

  const upTo = (latitude: number): fc.Arbitrary<number> => fc.double({ min: -latitude, max: latitude, noNaN: true });
  it.each([
    [60, 1.001],
    [80, 1.01],
  ])('rejects up to %d° of latitude positions at %d times the distance, in every direction', (latitude, factor) => {
    const offset = fc.double({ min: -0.5, max: 0.5, noNaN: true });
    fc.assert(
      fc.property(upTo(latitude - 0.5), upTo(179), offset, offset, (lat, lng, dLat, dLng) => {
        const meters = distanceMeters(lat, lng, lat + dLat, lng + dLng);
        fc.pre(meters > 1);
        expect(mayBeWithin(lat, lng, lat + dLat, lng + dLng, meters / factor)).toBe(false);
      }),
      { numRuns: 2_000 },
    );
  });

  it('rejects another city and another continent', () => {
    expect(mayBeWithin(37.77, -122.42, 37.34, -121.89, 8_046.72)).toBe(false);
    expect(mayBeWithin(37.77, -122.42, 51.5, -0.12, 100_000)).toBe(false);
  });

  it('rejects what is not a number', () => {
    expect(mayBeWithin(Number.NaN, 0, 0, 0, 100)).toBe(false);
  });
});

describe('minDistanceMeters', () => {
  it('is never more than the distance, and never below 0', () => {
    fc.assert(
      fc.property(pairOfPositions, ([a, b]) => {
        const least = minDistanceMeters(a.lat, a.lng, b.lat, b.lng);
        expect(least).toBeGreaterThanOrEqual(0);
        expect(least).toBeLessThanOrEqual(distanceMeters(a.lat, a.lng, b.lat, b.lng));
      }),
      { numRuns: 5_000 },
    );
  });

  it('is close to it for neighbours', () => {
    const meters = distanceMeters(37.77, -122.42, 37.8, -122.4);
    expect(minDistanceMeters(37.77, -122.42, 37.8, -122.4) / meters).toBeGreaterThan(0.999);
  });
});
