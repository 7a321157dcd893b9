/** Makes the tiles of the world map: land, borders and names of countries from Natural Earth (public domain). */
import { createRequire } from 'node:module';
import GeoJSONVT from 'geojson-vt';
import { feature, mesh } from 'topojson-client';
import { encodeTile, type Layers, type MapFeature } from './encode-tile.ts';

type Topology = Parameters<typeof feature>[0];
type Position = readonly number[];

/** Deeper zooms enlarge these tiles: there the data, at a scale of 1 : 50 million, has no more detail. */
const DEEPEST_ZOOM = 4;
/** Width of a tile in tile units. */
const EXTENT = 4_096;
/** Lines are drawn wider than they are, and must not end at the edge of a tile. */
const OPTIONS = { maxZoom: DEEPEST_ZOOM, extent: EXTENT, buffer: 64, tolerance: 2 };

/** Tiles by `world/zoom/x/y`, also empty ones over the sea, so that each request has an answer. */
export function makeWorld(): ReadonlyMap<string, Uint8Array> {
  const topology = createRequire(import.meta.url)('world-atlas/countries-50m.json') as Topology;
  const { land, countries } = topology.objects;
  if (land === undefined || countries?.type !== 'GeometryCollection')
    throw new Error('world-atlas has other contents.');
  const indexes = {
    land: new GeoJSONVT(landOf(feature(topology, land)), OPTIONS),
    border: new GeoJSONVT(
      mesh(topology, countries as Parameters<typeof mesh>[1], (a, b) => a !== b),
      OPTIONS,
    ),
    country: new GeoJSONVT(namesOf(feature(topology, countries)), OPTIONS),
  };
  const tiles = new Map<string, Uint8Array>();
  for (let zoom = 0; zoom <= DEEPEST_ZOOM; zoom++)
    for (let x = 0; x < 2 ** zoom; x++)
      for (let y = 0; y < 2 ** zoom; y++) {
        const layers: Layers = new Map(
          Object.entries(indexes).map(([name, index]) => [name, featuresOf(index, zoom, x, y)]),
        );
        tiles.set(`world/${zoom}/${x}/${y}`, encodeTile(layers, EXTENT));
      }
  return tiles;
}

function featuresOf(index: GeoJSONVT, zoom: number, x: number, y: number): MapFeature[] {
  return (index.getTile(zoom, x, y)?.features ?? []).map(({ type, geometry, tags }) => ({
    type,
    properties: (tags ?? {}) as MapFeature['properties'],
    parts: type === 1 ? [geometry] : geometry,
  }));
}

type Shape = Extract<ReturnType<typeof feature>, { type: 'Feature' }>['geometry'];

/** The land, each part as a feature of its own. */
function landOf(land: ReturnType<typeof feature>) {
  const shapes = land.type === 'FeatureCollection' ? land.features : [land];
  return {
    type: 'FeatureCollection' as const,
    features: shapes.flatMap(({ geometry }) =>
      flatPolygons(geometry).map((coordinates) => ({
        type: 'Feature' as const,
        properties: {},
        geometry: { type: 'Polygon' as const, coordinates },
      })),
    ),
  };
}

/** The polygons of a shape on the plane. In world-atlas they are on the sphere, not cut at 180 degrees. */
function flatPolygons(shape: Shape): number[][][][] {
  const polygons =
    shape.type === 'Polygon' ? [shape.coordinates] : shape.type === 'MultiPolygon' ? shape.coordinates : [];
  return polygons.map((rings) => rings.map(flatRing));
}

/** Lets longitudes run on beyond 180 degrees instead of jumping, and closes the ring of Antarctica over the pole. */
function flatRing(ring: readonly Position[]): number[][] {
  let shift = 0;
  let previous = ring[0]?.[0] ?? 0;
  const flat = ring.map(([lng = 0, lat = 0]) => {
    if (Math.abs(lng - previous) > 180) shift += lng < previous ? 360 : -360;
    previous = lng;
    return [lng + shift, lat];
  });
  const [first, last] = [flat[0], flat.at(-1)];
  if (shift !== 0 && first && last) flat.push([last[0] ?? 0, -90], [first[0] ?? 0, -90], first);
  return flat;
}

/** A point with the name of each country, in the middle of its largest part. */
function namesOf(countries: ReturnType<typeof feature>) {
  if (countries.type !== 'FeatureCollection') throw new Error('world-atlas has other contents.');
  return {
    type: 'FeatureCollection' as const,
    features: countries.features.flatMap(({ geometry, properties }) => {
      const rings = flatPolygons(geometry).map(([outer]) => outer);
      const [largest] = rings.flatMap((ring) => (ring ? [middleOf(ring)] : [])).sort((a, b) => b.size - a.size);
      const name: unknown = properties?.['name'];
      if (largest === undefined || typeof name !== 'string') return [];
      const at = { type: 'Point' as const, coordinates: [...largest.centre] };
      return [{ type: 'Feature' as const, properties: { name, size: Math.round(largest.size) }, geometry: at }];
    }),
  };
}

/** The centroid and the area of a ring, in degrees as if they were plane: enough for a label and its rank. */
function middleOf(ring: readonly Position[]) {
  let [area, x, y] = [0, 0, 0];
  for (const [index, [x1 = 0, y1 = 0]] of ring.entries()) {
    const [x2 = 0, y2 = 0] = ring[(index + 1) % ring.length] ?? [];
    const cross = x1 * y2 - x2 * y1;
    area += cross / 2;
    x += ((x1 + x2) * cross) / 6;
    y += ((y1 + y2) * cross) / 6;
  }
  return { size: Math.abs(area), centre: [x / area, y / area] as const };
}
