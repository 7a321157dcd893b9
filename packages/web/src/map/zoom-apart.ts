/** Zooms so that the members of a group on the map are seen side by side. */
import { drawnAt } from '../geometry/nearest-copy.ts';
import type { Place } from '../geometry/place.ts';
import { GROUP_DISTANCE } from './group-faces.ts';
import type { LibreMap } from './start-map.ts';

/** Zooming helps from this distance at the deepest zoom on, CSS pixels: two marks with space between them. */
const APART_PIXELS = 2 * GROUP_DISTANCE;

interface ZoomOptions {
  readonly padding: { readonly left: number; readonly right: number; readonly top: number; readonly bottom: number };
  readonly duration: number;
}

/** False if the places are so near each other that no zoom of the map shows them apart. */
export function zoomApart(map: LibreMap, places: readonly Place[], options: ZoomOptions): boolean {
  const around = map.getCenter().lng;
  const drawn = places.map((place) => drawnAt(place, around));
  const [lngs, lats] = [drawn.map(({ lng }) => lng), drawn.map(({ lat }) => lat)];
  const [west, south, east, north] = [Math.min(...lngs), Math.min(...lats), Math.max(...lngs), Math.max(...lats)];
  const [from, to] = [map.project([west, south]), map.project([east, north])];
  const growth = 2 ** (map.getMaxZoom() - map.getZoom());
  if (Math.max(Math.abs(from.x - to.x), Math.abs(from.y - to.y)) * growth < APART_PIXELS) return false;
  map.fitBounds([west, south, east, north], { ...options, maxZoom: map.getMaxZoom() });
  return true;
}
