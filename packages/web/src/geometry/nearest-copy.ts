/** Longitudes on a map that shows the world more than once, side by side. */

/** The northernmost latitude of Web Mercator, degrees. */
const MAX_LATITUDE = 85.051_128;

/** The longitude of the same meridian that is nearest to `around`, and may so lie beyond ±180 degrees. */
export function nearestLongitude(lng: number, around: number): number {
  return lng + Math.round((around - lng) / 360) * 360;
}

/** Where to draw a place on a map whose centre is at `around`: the nearest copy, and the poles at the map's edge. */
export function drawnAt(place: { readonly lat: number; readonly lng: number }, around: number) {
  return {
    lat: Math.min(MAX_LATITUDE, Math.max(-MAX_LATITUDE, place.lat)),
    lng: nearestLongitude(place.lng, around),
  };
}

/** Brings a longitude of any copy into −180…180 degrees. */
export function normalizedPlace({ lat, lng }: { readonly lat: number; readonly lng: number }) {
  return { lat: Math.min(90, Math.max(-90, lat)), lng: Math.abs(lng) <= 180 ? lng : nearestLongitude(lng, 0) };
}
