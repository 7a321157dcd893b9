/** Computes a place from another one by bearing and distance. */
import { EARTH_RADIUS_METERS } from '@nearby-friends/geo';
import type { Place } from './place.ts';

const DEGREES = 180 / Math.PI;

/**
 * Follows the great circle. `bearing` is in degrees clockwise from north.
 * E. Williams, "Aviation Formulary", "Lat/lon given radial and distance".
 */
export function placeAt({ lat, lng }: Place, bearing: number, meters: number): Place {
  const phi = lat / DEGREES;
  const angle = meters / EARTH_RADIUS_METERS;
  const course = bearing / DEGREES;
  const sine = Math.sin(phi) * Math.cos(angle) + Math.cos(phi) * Math.sin(angle) * Math.cos(course);
  const east = Math.atan2(Math.sin(course) * Math.sin(angle) * Math.cos(phi), Math.cos(angle) - Math.sin(phi) * sine);
  const longitude = lng + east * DEGREES;
  return { lat: Math.asin(Math.max(-1, Math.min(1, sine))) * DEGREES, lng: ((longitude + 540) % 360) - 180 };
}
