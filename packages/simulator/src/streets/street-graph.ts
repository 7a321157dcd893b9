/** The streets of a city as junctions and the stretches between them. */
import { distanceMeters } from '@nearby-friends/geo';
import { joinRoads, type RoadNetwork } from './join-roads.ts';
import { joinStretches } from './join-stretches.ts';
import type { RoadClass, RoadLine } from './road-tiles.ts';
import { type Place, toPlace } from './tile-grid.ts';

/** A stretch of street between two junctions, passable in both directions. */
export interface Stretch {
  /** Junctions by their index. */
  readonly from: number;
  readonly to: number;
  readonly roadClass: RoadClass;
  readonly meters: number;
  /** From `from` to `to`, both included. */
  readonly shape: readonly Place[];
}

export interface StreetGraph {
  readonly junctions: readonly Place[];
  readonly stretches: readonly Stretch[];
  /** Of each junction, its stretches by their index. */
  readonly stretchesAt: readonly (readonly number[])[];
  /** Junctions that walkers and vehicles alike can reach from each other: where people live and go. */
  readonly addresses: readonly number[];
}

/** Walkers may not use motorways, drivers may not use paths: these are for all modes. */
const FOR_ALL_MODES: ReadonlySet<RoadClass> = new Set(['main', 'street', 'lane']);

/**
 * The largest connected part of the streets for all modes, with the motorways and paths that hang on it. One-way streets
 * are taken for two-way ones. Throws when there are no streets.
 */
export function buildStreetGraph(lines: readonly RoadLine[]): StreetGraph {
  const network = joinRoads(lines);
  const largest = largestPart(network, ({ roadClass }) => FOR_ALL_MODES.has(roadClass));
  const reached = partAround(network, largest);
  const places = network.points.map(toPlace);
  const stretches = joinStretches(network, reached).map(({ points, roadClass }) => {
    const shape = points.map((point) => at(places, point));
    return { points, roadClass, shape, meters: lengthOf(shape) };
  });

  const indexOf = new Map<number, number>();
  for (const { points } of stretches) {
    for (const end of [at(points, 0), at(points, -1)]) if (!indexOf.has(end)) indexOf.set(end, indexOf.size);
  }
  const ends = [...indexOf.keys()];
  const stretchesAt: number[][] = ends.map(() => []);
  const numbered = stretches.map(({ points, ...stretch }, index) => {
    const [from, to] = [indexOf.get(at(points, 0)) ?? 0, indexOf.get(at(points, -1)) ?? 0];
    stretchesAt[from]?.push(index);
    stretchesAt[to]?.push(index);
    return { from, to, ...stretch };
  });
  return {
    junctions: ends.map((end) => at(places, end)),
    stretches: numbered,
    stretchesAt,
    addresses: ends.flatMap((end, index) => (largest.has(end) ? [index] : [])),
  };
}

/** The points of the largest part that is connected by these segments alone. */
function largestPart({ segments }: RoadNetwork, counts: (segment: RoadNetwork['segments'][number]) => boolean) {
  const chosen = segments.filter(counts);
  const neighbours = neighboursBy(chosen);
  let largest = new Set<number>();
  const seen = new Set<number>();
  for (const start of neighbours.keys()) {
    if (seen.has(start)) continue;
    const part = reachable(neighbours, [start]);
    for (const point of part) seen.add(point);
    if (part.size > largest.size) largest = part;
  }
  if (largest.size === 0) throw new Error('These tiles hold no streets.');
  return largest;
}

function partAround({ segments }: RoadNetwork, from: ReadonlySet<number>): Set<number> {
  return reachable(neighboursBy(segments), from);
}

function neighboursBy(segments: RoadNetwork['segments']): Map<number, number[]> {
  const neighbours = new Map<number, number[]>();
  const add = (from: number, to: number): void => {
    const known = neighbours.get(from);
    if (known === undefined) neighbours.set(from, [to]);
    else known.push(to);
  };
  for (const { from, to } of segments) {
    add(from, to);
    add(to, from);
  }
  return neighbours;
}

function reachable(neighbours: ReadonlyMap<number, readonly number[]>, starts: Iterable<number>): Set<number> {
  const reached = new Set(starts);
  // A set is walked in the order of insertion, also through what is added meanwhile.
  for (const point of reached) for (const next of neighbours.get(point) ?? []) reached.add(next);
  return reached;
}

/** Great-circle metres along a line. */
export function lengthOf(shape: readonly Place[]): number {
  return shape.reduce((sum, to, index) => {
    const from = shape[index - 1];
    return from === undefined ? 0 : sum + distanceMeters(from.lat, from.lng, to.lat, to.lng);
  }, 0);
}

function at<T>(items: readonly T[], index: number): T {
  const item = items.at(index);
  if (item === undefined) throw new RangeError(`there is no item ${index}`);
  return item;
}
