/** The streets of a city as junctions and the stretches between them. */
import { distanceMeters } from '@nearby-friends/geo';
import { joinRoads, type Segment } from './join-roads.ts';
import { joinStretches, segmentsByPoint } from './join-stretches.ts';
import type { RoadClass, RoadLine } from './road-tiles.ts';
import { type GridPoint, type Place, toPlace } from './tile-grid.ts';

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
  const segments = joinRoads(lines);
  const largest = largestPart(segments.filter(({ roadClass }) => FOR_ALL_MODES.has(roadClass)));
  const reached = reachable(segmentsByPoint(segments), largest);
  const indexOf = new Map<GridPoint, number>();
  const junctionAt = (point: GridPoint): number => {
    const index = indexOf.get(point) ?? indexOf.size;
    indexOf.set(point, index);
    return index;
  };
  const stretches = joinStretches(segments.filter(({ from }) => reached.has(from))).map(({ points, roadClass }) => {
    const [first, last] = [points[0], points.at(-1)];
    if (first === undefined || last === undefined) throw new RangeError('a stretch has points');
    const shape = points.map(toPlace);
    return { from: junctionAt(first), to: junctionAt(last), roadClass, meters: lengthOf(shape), shape };
  });
  const junctions = [...indexOf.keys()];
  return {
    junctions: junctions.map(toPlace),
    stretches,
    addresses: junctions.flatMap((point, index) => (largest.has(point) ? [index] : [])),
  };
}

/** The points of the largest part that is connected by these segments alone. */
function largestPart(segments: readonly Segment[]): Set<GridPoint> {
  const at = segmentsByPoint(segments);
  let largest = new Set<GridPoint>();
  const seen = new Set<GridPoint>();
  for (const start of at.keys()) {
    if (seen.has(start)) continue;
    const part = reachable(at, [start]);
    for (const point of part) seen.add(point);
    if (part.size > largest.size) largest = part;
  }
  if (largest.size === 0) throw new Error('These tiles hold no streets.');
  return largest;
}

function reachable(at: ReadonlyMap<GridPoint, readonly Segment[]>, starts: Iterable<GridPoint>): Set<GridPoint> {
  const reached = new Set(starts);
  // A set is walked in the order of insertion, also through what is added meanwhile.
  for (const point of reached) for (const { from, to } of at.get(point) ?? []) reached.add(from).add(to);
  return reached;
}

/** Great-circle metres along a line. */
function lengthOf(shape: readonly Place[]): number {
  return shape.reduce((sum, to, index) => {
    const from = shape[index - 1];
    return from === undefined ? 0 : sum + distanceMeters(from.lat, from.lng, to.lat, to.lng);
  }, 0);
}
