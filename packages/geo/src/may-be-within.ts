/** A cheap test that rules out most distant friends without trigonometry. */
import { EARTH_RADIUS_METERS } from './distance.ts';

const RADIANS_PER_DEGREE = Math.PI / 180;

/**
 * How much the bound may exceed the limit before it rejects: covers the rounding of this function and of
 * `distanceMeters` (both some nanometres), so that a pair exactly at the limit is never rejected.
 */
const RELATIVE_ROUNDING = 1e-9;
const ABSOLUTE_ROUNDING_METERS = 1e-6;

/**
 * False only when the two positions (degrees) are certainly more than `meters` apart on the great circle; true means
 * "measure it with `distanceMeters`". Never rejects a pair that is within, at the poles and across the antimeridian too.
 *
 * It computes a lower bound of the distance. An arc is never shorter than its chord, and the chord's square is
 * (2 sin ½Δφ)² + cos φa · cos φb · (2 sin ½Δλ)². With sin x ≥ x − x³/6 (x ≥ 0) and the cosine's Taylor series cut after a
 * negative term, both never too large, everything is a polynomial. For the distances of a neighbourhood the bound stays
 * within 0.1 % of the truth up to 60° of latitude and 1 % up to 80°, and circles have no corners to let pass, as a rectangle
 * of latitudes and longitudes would.
 */
export function mayBeWithin(aLat: number, aLng: number, bLat: number, bLng: number, meters: number): boolean {
  const limit = (meters * (1 + RELATIVE_ROUNDING) + ABSOLUTE_ROUNDING_METERS) / EARTH_RADIUS_METERS;
  return minChordSquared(aLat, aLng, bLat, bLng) <= limit * limit;
}

/** The bound itself: metres that the two positions (degrees) are apart at least. */
export function minDistanceMeters(aLat: number, aLng: number, bLat: number, bLng: number): number {
  const meters = EARTH_RADIUS_METERS * Math.sqrt(minChordSquared(aLat, aLng, bLat, bLng));
  return Math.max(0, meters * (1 - RELATIVE_ROUNDING) - ABSOLUTE_ROUNDING_METERS);
}

/** A lower bound of the squared chord on the unit sphere. */
function minChordSquared(aLat: number, aLng: number, bLat: number, bLng: number): number {
  const aPhi = aLat * RADIANS_PER_DEGREE;
  const bPhi = bLat * RADIANS_PER_DEGREE;
  const degreesOfLng = Math.abs(aLng - bLng);
  const halfLat = Math.abs(aLat - bLat) * (RADIANS_PER_DEGREE / 2);
  const halfLng = (degreesOfLng > 180 ? 360 - degreesOfLng : degreesOfLng) * (RADIANS_PER_DEGREE / 2);
  const north = 2 * halfLat * (1 - (halfLat * halfLat) / 6);
  const east = 2 * halfLng * (1 - (halfLng * halfLng) / 6);
  return north * north + lowerBoundOfCosine(aPhi) * lowerBoundOfCosine(bPhi) * east * east;
}

/** A lower bound of the cosine for −π/2…π/2: its Taylor series up to x⁶, but never negative. */
function lowerBoundOfCosine(phi: number): number {
  const square = phi * phi;
  return Math.max(0, 1 - square * (1 / 2 - square * (1 / 24 - square / 720)));
}
