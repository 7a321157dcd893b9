/** The distance against known values, against a formula of another kind, and against the axioms of a metric. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { distanceMeters, EARTH_RADIUS_METERS } from './distance.ts';
import { pairOfPositions, position, type TestPosition } from './positions.testing.ts';

const HALF_TURN_METERS = Math.PI * EARTH_RADIUS_METERS;

function between(a: TestPosition, b: TestPosition): number {
  return distanceMeters(a.lat, a.lng, b.lat, b.lng);
}

/** The same distance by unit vectors and atan2(|a×b|, a·b): another formula with other weak points (none at the antipode). */
function vectorDistance(a: TestPosition, b: TestPosition): number {
  const [ax, ay, az] = unitVector(a);
  const [bx, by, bz] = unitVector(b);
  const cross = Math.hypot(ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx);
  return EARTH_RADIUS_METERS * Math.atan2(cross, ax * bx + ay * by + az * bz);
}

function unitVector({ lat, lng }: TestPosition): [number, number, number] {
  const phi = (lat * Math.PI) / 180;
  const lambda = (lng * Math.PI) / 180;
  return [Math.cos(phi) * Math.cos(lambda), Math.cos(phi) * Math.sin(lambda), Math.sin(phi)];
}

describe('distanceMeters', () => {
  it('measures on the protocol’s sphere: a degree of the equator, a quarter turn, half a turn', () => {
    expect(distanceMeters(0, 0, 0, 1)).toBeCloseTo(HALF_TURN_METERS / 180, 6);
    expect(distanceMeters(0, 0, 90, 0)).toBeCloseTo(HALF_TURN_METERS / 2, 6);
    expect(distanceMeters(90, 0, -90, 77)).toBeCloseTo(HALF_TURN_METERS, 6);
    expect(distanceMeters(12.5, 30, -12.5, -150)).toBeCloseTo(HALF_TURN_METERS, 6);
  });

  it('agrees with a published pair (San Francisco to Los Angeles airport, about 543 km)', () => {
    expect(distanceMeters(37.618_806, -122.375_417, 33.942_536, -118.408_075)).toBeCloseTo(543_486, -3);
  });

  it('is 0 for the same position, however it is written', () => {
    expect(distanceMeters(37.7, -122.4, 37.7, -122.4)).toBe(0);
    expect(distanceMeters(10, 180, 10, -180)).toBeLessThan(1e-8);
    expect(distanceMeters(90, 13, 90, -140)).toBeLessThan(1e-8);
  });

  it('still measures a tenth of a millimetre', () => {
    const tenthOfMillimetreInDegrees = (1e-4 / HALF_TURN_METERS) * 180;
    expect(distanceMeters(0, 0, tenthOfMillimetreInDegrees, 0)).toBeCloseTo(1e-4, 12);
  });

  it('still measures how far a position is from the antipode', () => {
    const millimetreInDegrees = (1e-3 / HALF_TURN_METERS) * 180;
    expect(HALF_TURN_METERS - distanceMeters(0, 0, millimetreInDegrees, 180)).toBeCloseTo(1e-3, 7);
  });

  it('is symmetric bit for bit', () => {
    fc.assert(fc.property(pairOfPositions, ([a, b]) => between(a, b) === between(b, a)));
  });

  it('holds the triangle inequality but for rounding', () => {
    fc.assert(
      fc.property(position, pairOfPositions, (a, [b, c]) => between(a, c) <= between(a, b) + between(b, c) + 1e-6),
    );
  });

  it('agrees with the vector formula within 10 nm or 1e-12 everywhere', () => {
    fc.assert(
      fc.property(pairOfPositions, ([a, b]) => {
        const expected = vectorDistance(a, b);
        expect(Math.abs(between(a, b) - expected)).toBeLessThanOrEqual(1e-8 + expected * 1e-12);
      }),
      { numRuns: 2_000 },
    );
  });

  it('passes on what is not a number', () => {
    expect(distanceMeters(Number.NaN, 0, 0, 0)).toBeNaN();
  });
});
