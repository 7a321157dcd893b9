/** Which map data is drawn, and from which zoom on. */
import type { MapFeature } from './encode-tile.ts';

/** The drawn layers, each with the properties that the style uses. */
export const USED_PROPERTIES: Readonly<Record<string, readonly string[]>> = {
  landuse: ['class'],
  water: [],
  waterway: ['class'],
  building: [],
  road: ['class', 'structure'],
  aeroway: ['type'],
  place_label: ['name', 'type', 'localrank'],
  road_label: ['name', 'class'],
  rail_station_label: ['name', 'network'],
  poi_label: ['name', 'type', 'scalerank'],
};

/** Layers with only some geometry types drawn: 1 points, 2 lines, 3 areas. */
export const GEOMETRY_OF_LAYER: Readonly<Record<string, readonly MapFeature['type'][]>> = { road: [2] };

const ROADS_FROM: Readonly<Record<string, number>> = {
  motorway: 0,
  trunk: 0,
  primary: 9,
  secondary: 10,
  major_rail: 11,
  motorway_link: 11,
  tertiary: 12,
  street: 12,
};
const LANDUSE_FROM: Readonly<Record<string, number>> = {
  park: 0,
  cemetery: 10,
  grass: 12,
  wood: 0,
  sand: 11,
  hospital: 12,
};
const NEVER = 99;

/** Whether a feature of the next deeper zoom is shown at this zoom. */
export function isShownAt(layer: string, { properties }: MapFeature, zoom: number): boolean {
  const kind = String(properties['class'] ?? properties['type'] ?? '');
  switch (layer) {
    case 'road':
      return zoom >= (ROADS_FROM[kind] ?? NEVER);
    case 'landuse':
      return zoom >= (LANDUSE_FROM[kind] ?? NEVER);
    case 'water':
    case 'waterway':
      return true;
    case 'aeroway':
      return zoom >= 11;
    case 'place_label':
      return kind === 'city' || kind === 'town' || zoom >= 11;
    case 'rail_station_label':
    case 'poi_label':
    case 'road_label':
    case 'building':
      return false;
    default:
      return false;
  }
}
