/** Encodes Mapbox Vector Tiles, version 2.1 (https://github.com/mapbox/vector-tile-spec). */
import { PbfWriter } from 'pbf';

type Value = string | number | boolean;

export interface MapFeature {
  /** 1 points, 2 lines, 3 areas. */
  readonly type: 1 | 2 | 3;
  readonly properties: Readonly<Record<string, Value>>;
  /** In tile units. The rings of an area are closed. */
  readonly parts: readonly (readonly (readonly [number, number])[])[];
}

export type Layers = ReadonlyMap<string, readonly MapFeature[]>;

// Field numbers of the specification.
const TILE_LAYER = 3;
const LAYER = { version: 15, name: 1, feature: 2, key: 3, value: 4, extent: 5 } as const;
const FEATURE = { tags: 2, type: 3, geometry: 4 } as const;
const VALUE = { string: 1, double: 3, boolean: 7 } as const;
const COMMAND = { moveTo: 1, lineTo: 2, closePath: 7 } as const;
const VERSION = 2;

export function encodeTile(layers: Layers, extent: number): Uint8Array {
  const pbf = new PbfWriter();
  for (const [name, features] of layers) {
    if (features.length === 0) continue;
    pbf.writeMessage(TILE_LAYER, (_, layer) => writeLayer(layer, { name, features, extent }), name);
  }
  return pbf.finish();
}

interface Layer {
  readonly name: string;
  readonly features: readonly MapFeature[];
  readonly extent: number;
}

function writeLayer(pbf: PbfWriter, { name, features, extent }: Layer): void {
  const keys = new Map<string, number>();
  const values = new Map<Value, number>();
  pbf.writeVarintField(LAYER.version, VERSION);
  pbf.writeStringField(LAYER.name, name);
  pbf.writeVarintField(LAYER.extent, extent);
  for (const feature of features) {
    const tags = Object.entries(feature.properties).flatMap(([key, value]) => [
      indexIn(keys, key),
      indexIn(values, value),
    ]);
    pbf.writeMessage(
      LAYER.feature,
      (_, one) => {
        one.writePackedVarint(FEATURE.tags, tags);
        one.writeVarintField(FEATURE.type, feature.type);
        one.writePackedVarint(FEATURE.geometry, commandsOf(feature));
      },
      feature,
    );
  }
  for (const key of keys.keys()) pbf.writeStringField(LAYER.key, key);
  for (const value of values.keys()) pbf.writeMessage(LAYER.value, (_, one) => writeValue(one, value), value);
}

function indexIn<T>(list: Map<T, number>, entry: T): number {
  const index = list.get(entry) ?? list.size;
  list.set(entry, index);
  return index;
}

function writeValue(pbf: PbfWriter, value: Value): void {
  if (typeof value === 'string') pbf.writeStringField(VALUE.string, value);
  else if (typeof value === 'number') pbf.writeDoubleField(VALUE.double, value);
  else pbf.writeBooleanField(VALUE.boolean, value);
}

/** Encodes the geometry as drawing commands with coordinates relative to the previous point. */
function commandsOf({ type, parts }: MapFeature): number[] {
  const commands: number[] = [];
  let [penX, penY] = [0, 0];
  const command = (name: keyof typeof COMMAND, times: number): void => void commands.push(COMMAND[name] | (times << 3));
  const go = ([x, y]: readonly [number, number]): void => {
    commands.push(zigzag(x - penX), zigzag(y - penY));
    [penX, penY] = [x, y];
  };
  if (type === 1) {
    const points = parts.flat();
    command('moveTo', points.length);
    points.forEach(go);
    return commands;
  }
  for (const part of parts) {
    const corners = type === 3 ? part.slice(0, -1) : part;
    const [first, ...rest] = corners;
    if (first === undefined) continue;
    command('moveTo', 1);
    go(first);
    command('lineTo', rest.length);
    rest.forEach(go);
    if (type === 3) command('closePath', 1);
  }
  return commands;
}

/** Zigzag encoding: maps small positive and negative numbers to small unsigned ones. */
function zigzag(value: number): number {
  return (value << 1) ^ (value >> 31);
}
