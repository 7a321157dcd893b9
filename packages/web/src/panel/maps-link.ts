/** The address that opens a place in the maps app of a device. */
import type { Place } from '../geometry/place.ts';

const ZOOM = 16;

/** Five decimals are a metre. */
export function mapsLink({ lat, lng }: Place, userAgent: string): string {
  const [north, east] = [lat.toFixed(5), lng.toFixed(5)];
  // Any maps app on Android answers `geo:`.
  if (/Android/.test(userAgent)) return `geo:${north},${east}?q=${north},${east}`;
  if (/iPhone|iPad|Macintosh/.test(userAgent)) return `https://maps.apple.com/?ll=${north},${east}&q=${north},${east}`;
  return `https://www.openstreetmap.org/?mlat=${north}&mlon=${east}#map=${ZOOM}/${north}/${east}`;
}
