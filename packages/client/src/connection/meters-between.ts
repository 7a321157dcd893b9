/** Great-circle distance between two positions. */
import type { Position } from '../wire-messages.ts';

const EARTH_RADIUS_METERS = 6_371_008.8;
const RADIANS = Math.PI / 180;

/** Returns metres by the haversine formula (R. W. Sinnott, "Virtues of the Haversine", Sky & Telescope, 1984). */
export function metersBetween(a: Position, b: Position): number {
  const alongMeridian = Math.sin(((b.lat - a.lat) * RADIANS) / 2) ** 2;
  const acrossMeridians = Math.sin(((b.lng - a.lng) * RADIANS) / 2) ** 2;
  const haversine = alongMeridian + Math.cos(a.lat * RADIANS) * Math.cos(b.lat * RADIANS) * acrossMeridians;
  return 2 * EARTH_RADIUS_METERS * Math.asin(Math.min(1, Math.sqrt(haversine)));
}
