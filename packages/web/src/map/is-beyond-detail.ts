/** Whether the bundled map has no streets in the part that is shown, so that the page says so. */
import { nearestLongitude } from '../geometry/nearest-copy.ts';

/** The area with tiles (2098…2102 × 3042…3047 at zoom 13): degrees west, south, east, north. */
export const DETAIL_BOUNDS = [-87.802_734_4, 41.771_312, -87.583_007_8, 41.967_659_4] as const;
/** The lowest zoom of those tiles. Below it a map of the world is what is expected. */
export const DETAIL_ZOOM = 9;

export interface Shown {
  readonly zoom: number;
  /** Degrees; longitudes may lie beyond ±180. */
  readonly west: number;
  readonly south: number;
  readonly east: number;
  readonly north: number;
}

export function isBeyondDetail({ zoom, west, south, east, north }: Shown): boolean {
  if (zoom < DETAIL_ZOOM) return false;
  const [left, bottom, right, top] = DETAIL_BOUNDS;
  const shift = nearestLongitude(left, (west + east) / 2) - left;
  return east < left + shift || west > right + shift || north < bottom || south > top;
}
