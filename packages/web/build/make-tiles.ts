/**
 * Makes the tiles of the bundled map: OpenStreetMap tiles of Chicago at zoom 13 from `@mapbox/mvt-fixtures` (ODbL), and
 * tiles of zoom 9–12, each merged from its four children.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { VectorTile, type VectorTileFeature } from '@mapbox/vector-tile';
import { PbfReader } from 'pbf';
import { encodeTile, type Layers, type MapFeature } from './encode-tile.ts';
import { GEOMETRY_OF_LAYER, isShownAt, USED_PROPERTIES } from './tile-content.ts';

const DEEPEST_ZOOM = 13;
const SHALLOWEST_ZOOM = 9;
/** Width of a tile in tile units, at every zoom. */
const EXTENT = 4_096;
const FILE_NAME = /^13-(\d+)-(\d+)\.mvt$/;

interface PlacedTile {
  readonly x: number;
  readonly y: number;
  readonly layers: Layers;
}

/** Tiles by `zoom/x/y`. */
export function makeTiles(): ReadonlyMap<string, Uint8Array> {
  const made = new Map<string, Uint8Array>();
  let tiles = readDeepest();
  for (let zoom = DEEPEST_ZOOM; zoom >= SHALLOWEST_ZOOM; zoom--) {
    if (zoom < DEEPEST_ZOOM) tiles = mergeChildren(tiles, zoom);
    for (const { x, y, layers } of tiles) made.set(`${zoom}/${x}/${y}`, encodeTile(layers, EXTENT));
  }
  return made;
}

function readDeepest(): PlacedTile[] {
  const packageFolder = path.dirname(createRequire(import.meta.url).resolve('@mapbox/mvt-fixtures'));
  const folder = path.join(packageFolder, 'real-world/chicago');
  return readdirSync(folder).flatMap((name) => {
    const match = FILE_NAME.exec(name);
    return match === null
      ? []
      : [{ x: Number(match[1]), y: Number(match[2]), layers: decode(readFileSync(path.join(folder, name))) }];
  });
}

/** Keeps only what the page's style draws, because names in nine languages would be most of the bytes. */
function decode(bytes: Uint8Array): Layers {
  const layers = new Map<string, MapFeature[]>();
  for (const [name, layer] of Object.entries(new VectorTile(new PbfReader(bytes)).layers)) {
    const kept = USED_PROPERTIES[name];
    if (kept === undefined) continue;
    const features = Array.from({ length: layer.length }, (_, index) => readFeature(layer.feature(index), kept));
    layers.set(
      name,
      features.filter(({ type }) => GEOMETRY_OF_LAYER[name]?.includes(type) !== false),
    );
  }
  return layers;
}

function readFeature(feature: VectorTileFeature, kept: readonly string[]): MapFeature {
  if (feature.type === 0) throw new Error('A feature of the map has an unknown geometry type.');
  return {
    type: feature.type,
    properties: Object.fromEntries(Object.entries(feature.properties).filter(([key]) => kept.includes(key))),
    parts: feature.loadGeometry().map((part) => part.map(({ x, y }) => [x, y] as const)),
  };
}

function mergeChildren(children: readonly PlacedTile[], zoom: number): PlacedTile[] {
  const parents = new Map<string, { x: number; y: number; layers: Map<string, MapFeature[]> }>();
  for (const child of children) {
    const [x, y] = [child.x >> 1, child.y >> 1];
    const parent = parents.get(`${x}/${y}`) ?? { x, y, layers: new Map<string, MapFeature[]>() };
    parents.set(`${x}/${y}`, parent);
    const [left, top] = [(child.x & 1) * EXTENT, (child.y & 1) * EXTENT];
    for (const [name, features] of child.layers) {
      const merged = parent.layers.get(name) ?? [];
      parent.layers.set(name, merged);
      for (const feature of features) {
        if (!isShownAt(name, feature, zoom)) continue;
        const halved = halve(feature, left, top);
        if (halved !== null) merged.push(halved);
      }
    }
  }
  return [...parents.values()];
}

/** Converts a feature to its parent's units. Null if nothing visible is left. */
function halve(feature: MapFeature, left: number, top: number): MapFeature | null {
  // A point in the margin belongs to the neighbour tile, which has it too.
  const parts = feature.type === 1 ? feature.parts.map((part) => part.filter(isInside)) : feature.parts;
  const minPoints = feature.type === 3 ? 4 : feature.type;
  const halved = parts
    .map((part) =>
      withoutRepeats(
        part.map(([x, y]) => [(x + left) >> 1, (y + top) >> 1] as const),
        feature.type,
      ),
    )
    .filter((part) => part.length >= minPoints);
  return halved.length === 0 ? null : { ...feature, parts: halved };
}

function isInside([x, y]: readonly [number, number]): boolean {
  return x >= 0 && x < EXTENT && y >= 0 && y < EXTENT;
}

/** Drops points that equal the previous one. */
function withoutRepeats(part: readonly (readonly [number, number])[], type: number) {
  if (type === 1) return part;
  return part.filter(([x, y], index) => {
    const previous = part[index - 1];
    return previous === undefined || previous[0] !== x || previous[1] !== y;
  });
}
