/** The plane that tiles of the web map lie in: whole numbers, the same on both sides of a border between tiles. */

import { EARTH_RADIUS_METERS } from '@nearby-friends/geo';

/** Everything here is of one zoom level. */
export const ZOOM = 13;
/** Units across one tile, as Mapbox' tiles have; about 0.9 m in Chicago. */
export const UNITS_PER_TILE = 4_096;

const UNITS_ACROSS_WORLD = 2 ** ZOOM * UNITS_PER_TILE;

/** Of a tile in the world: x from the west, y from the north. */
export interface TilePlace {
  readonly x: number;
  readonly y: number;
}

/** Units from the north-west corner of the world. */
export interface GridPoint {
  readonly x: number;
  readonly y: number;
}

/** Degrees. */
export interface Place {
  readonly lat: number;
  readonly lng: number;
}

/** Inverse spherical Mercator (OpenStreetMap wiki, “Slippy map tilenames”). */
export function toPlace({ x, y }: GridPoint): Place {
  const northing = Math.PI * (1 - (2 * y) / UNITS_ACROSS_WORLD);
  return { lat: (Math.atan(Math.sinh(northing)) * 180) / Math.PI, lng: (x / UNITS_ACROSS_WORLD) * 360 - 180 };
}

const METERS_PER_DEGREE = (Math.PI / 180) * EARTH_RADIUS_METERS;

/** The place so many metres to the north and east of one nearby. */
export function placeFrom({ lat, lng }: Place, north: number, east: number): Place {
  return {
    lat: lat + north / METERS_PER_DEGREE,
    lng: lng + east / (METERS_PER_DEGREE * Math.cos((lat * Math.PI) / 180)),
  };
}

/** One number for each point of whole units. */
export function keyOf({ x, y }: GridPoint): number {
  return x * (UNITS_ACROSS_WORLD + 1) + y;
}
