/** Reads the streets out of vector tiles: lines of points, each with what it is. */
import { VectorTile, VectorTileFeature } from '@mapbox/vector-tile';
import { PbfReader } from 'pbf';
import { clipToTile } from './clip-to-tile.ts';
import { type GridPoint, type TilePlace, UNITS_PER_TILE } from './tile-grid.ts';

/** How a road is used, from the fastest to the slowest. */
export type RoadClass = 'motorway' | 'main' | 'street' | 'lane' | 'path';

export interface RoadLine {
  readonly points: readonly GridPoint[];
  readonly roadClass: RoadClass;
  /** On the ground, roads that cross also meet; bridges and tunnels meet others only where they end. */
  readonly onGround: boolean;
}

export interface Tile {
  readonly place: TilePlace;
  readonly bytes: Uint8Array;
}

/** Of Mapbox Streets v7's `class`; what is not here is no street: rails, ferries, building sites. */
const CLASSES: Readonly<Record<string, RoadClass>> = {
  motorway: 'motorway',
  motorway_link: 'motorway',
  trunk: 'motorway',
  primary: 'main',
  secondary: 'main',
  tertiary: 'main',
  link: 'main',
  street: 'street',
  street_limited: 'street',
  service: 'lane',
  track: 'lane',
  pedestrian: 'path',
  path: 'path',
};
const PLATFORM = 'platform';
const LINE = VectorTileFeature.types.indexOf('LineString');

/** The lines within the tile's own square; what tiles carry beyond their border is the neighbour's. */
export function readRoads({ place, bytes }: Tile): RoadLine[] {
  const layer = new VectorTile(new PbfReader(bytes)).layers['road'];
  if (layer === undefined) return [];
  const scale = UNITS_PER_TILE / layer.extent;
  return Array.from({ length: layer.length }, (_, index) => layer.feature(index)).flatMap((feature) => {
    const { class: name, type, structure } = feature.properties;
    const roadClass = CLASSES[String(name)];
    if (feature.type !== LINE || roadClass === undefined || type === PLATFORM) return [];
    const onGround = structure === 'none' && roadClass !== 'motorway';
    return feature
      .loadGeometry()
      .flatMap((line) => clipToTile(line.map(({ x, y }) => ({ x: x * scale, y: y * scale }))))
      .map((points) => ({ points: points.map((point) => inWorld(point, place)), roadClass, onGround }));
  });
}

function inWorld({ x, y }: GridPoint, tile: TilePlace): GridPoint {
  return { x: Math.round(tile.x * UNITS_PER_TILE + x), y: Math.round(tile.y * UNITS_PER_TILE + y) };
}
