/** Reckons a place from another one by bearing and distance. */
import { EARTH_RADIUS_METERS } from '@nearby-friends/geo';
import type { Place } from '../nearby/glide.ts';

const DEGREES = 180 / Math.PI;

/**
 * Along the great circle: bearing in degrees clockwise from north, distance in metres.
 * E. Williams, "Aviation Formulary", "Lat/lon given radial and distance".
 */
export function placeAt({ lat, lng }: Place, bearing: number, meters: number): Place {
  const phi = lat / DEGREES;
  const angle = meters / EARTH_RADIUS_METERS;
  const course = bearing / DEGREES;
  const sine = Math.sin(phi) * Math.cos(angle) + Math.cos(phi) * Math.sin(angle) * Math.cos(course);
  const east = Math.atan2(Math.sin(course) * Math.sin(angle) * Math.cos(phi), Math.cos(angle) - Math.sin(phi) * sine);
  const turned = lng + east * DEGREES;
  return { lat: Math.asin(Math.max(-1, Math.min(1, sine))) * DEGREES, lng: ((turned + 540) % 360) - 180 };
}
