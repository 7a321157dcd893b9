/** The direction from one place to another. */
import type { Place } from './place.ts';

const RADIANS = Math.PI / 180;

/**
 * The initial bearing of the great circle, degrees clockwise from north, 0 to below 360.
 * Source: Ed Williams, Aviation Formulary, "course between points".
 */
export function bearingBetween(from: Place, to: Place): number {
  const [lat, otherLat] = [from.lat * RADIANS, to.lat * RADIANS];
  const east = (to.lng - from.lng) * RADIANS;
  const y = Math.sin(east) * Math.cos(otherLat);
  const x = Math.cos(lat) * Math.sin(otherLat) - Math.sin(lat) * Math.cos(otherLat) * Math.cos(east);
  return (Math.atan2(y, x) / RADIANS + 360) % 360;
}

/** The index of the nearest of the eight directions, clockwise from north. */
export function compassIndex(bearing: number): number {
  return Math.round((((bearing % 360) + 360) % 360) / 45) % 8;
}
