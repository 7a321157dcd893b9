/** Joins the lines of many tiles to one network: roads that meet share a point, even if the tiles do not say so. */
import Flatbush from 'flatbush';
import type { RoadClass, RoadLine } from './road-tiles.ts';
import { type GridPoint, keyOf } from './tile-grid.ts';

/** Points and ends that are this close, in units (about 1.8 m), are the same: tiles round, and leave points out. */
const SNAP_UNITS = 2;
/** This close to its end (share of its length) a segment is not cut. */
const END_SHARE = 1e-9;

/** A line between two points of the network; what lies in the same place is the same object. */
export interface Segment {
  readonly from: GridPoint;
  readonly to: GridPoint;
  readonly roadClass: RoadClass;
}

interface WholeSegment extends Segment {
  readonly onGround: boolean;
  /** Where others meet it: the point, and its place on the segment, 0–1. */
  readonly cuts: { readonly point: GridPoint; readonly share: number }[];
}

/**
 * Tiles of a low zoom are simplified, so that a side street may end, or a road on the ground cross another, where the
 * other has no point left. Bridges, tunnels and motorways pass over and under, and join only where they end.
 */
export function joinRoads(lines: readonly RoadLine[]): Segment[] {
  const points = new PointSet();
  const whole = lines.flatMap((line) => segmentsOf(line, points));
  const ground = whole.filter(({ onGround }) => onGround);
  if (ground.length > 0) cutWhereTheyMeet(ground, points);
  return whole.flatMap(partsOf);
}

function segmentsOf({ points: line, roadClass, onGround }: RoadLine, points: PointSet): WholeSegment[] {
  const last = line.length - 1;
  const joined = line.map((point, index) =>
    onGround || index === 0 || index === last ? points.join(point) : points.keep(point),
  );
  return between(joined).map((ends) => ({ ...ends, roadClass, onGround, cuts: [] }));
}

function partsOf(whole: WholeSegment): Segment[] {
  const { from, to, roadClass, cuts } = whole;
  if (cuts.length === 0) return [whole];
  const inOrder = [...cuts].sort((a, b) => a.share - b.share).map(({ point }) => point);
  return between([from, ...inOrder, to]).map((ends) => ({ ...ends, roadClass }));
}

/** From each of the points to the next, unless that is the same. */
function between(points: readonly GridPoint[]): Pick<Segment, 'from' | 'to'>[] {
  return points.slice(1).flatMap((to, index) => {
    const from = points[index];
    return from === undefined || from === to ? [] : [{ from, to }];
  });
}

function cutWhereTheyMeet(ground: readonly WholeSegment[], points: PointSet): void {
  const boxes = new Flatbush(ground.length);
  for (const { from, to } of ground) boxes.add(...boxOf(from, to));
  boxes.finish();
  const search = (box: Box, filter?: (index: number) => boolean): WholeSegment[] =>
    boxes.search(...box, filter).flatMap((index) => ground[index] ?? []);
  for (const point of points.joining()) {
    for (const segment of search(boxOf(point, point, SNAP_UNITS))) {
      const share = shareAt(segment, point);
      if (share !== undefined) segment.cuts.push({ point, share });
    }
  }
  for (const [index, one] of ground.entries()) {
    for (const other of search(boxOf(one.from, one.to), (found) => found > index)) {
      const crossing = cross(one, other);
      if (crossing === undefined) continue;
      const point = points.join(crossing.at);
      one.cuts.push({ point, share: crossing.shareOfOne });
      other.cuts.push({ point, share: crossing.shareOfOther });
    }
  }
}

type Box = [minX: number, minY: number, maxX: number, maxY: number];

function boxOf(a: GridPoint, b: GridPoint, margin = 0): Box {
  const [minX, minY] = [Math.min(a.x, b.x) - margin, Math.min(a.y, b.y) - margin];
  return [minX, minY, Math.max(a.x, b.x) + margin, Math.max(a.y, b.y) + margin];
}

/** Where on the segment a point lies that is close to it; undefined when it is not, or at an end. */
function shareAt({ from, to }: Segment, point: GridPoint): number | undefined {
  if (from === point || to === point) return undefined;
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const share = ((point.x - from.x) * dx + (point.y - from.y) * dy) / (dx * dx + dy * dy);
  const distance = Math.hypot(from.x + dx * share - point.x, from.y + dy * share - point.y);
  return isInside(share) && distance <= SNAP_UNITS ? share : undefined;
}

/** Where two segments cross that share no end, in whole units. */
function cross(one: Segment, other: Segment) {
  const [a, b, c, d] = [one.from, one.to, other.from, other.to];
  const turn = (b.x - a.x) * (d.y - c.y) - (b.y - a.y) * (d.x - c.x);
  if (a === c || a === d || b === c || b === d || turn === 0) return undefined;
  const shareOfOne = ((c.x - a.x) * (d.y - c.y) - (c.y - a.y) * (d.x - c.x)) / turn;
  const shareOfOther = ((c.x - a.x) * (b.y - a.y) - (c.y - a.y) * (b.x - a.x)) / turn;
  if (!isInside(shareOfOne) || !isInside(shareOfOther)) return undefined;
  const at = { x: Math.round(a.x + (b.x - a.x) * shareOfOne), y: Math.round(a.y + (b.y - a.y) * shareOfOne) };
  return { at, shareOfOne, shareOfOther };
}

function isInside(share: number): boolean {
  return share > END_SHARE && share < 1 - END_SHARE;
}

/** All points of the network, each once. Those that join attract others; those of bridges between their ends do not. */
class PointSet {
  readonly #all = new Map<number, GridPoint>();
  readonly #joining = new Set<GridPoint>();

  /** This very point. */
  keep(point: GridPoint): GridPoint {
    const known = this.#all.get(keyOf(point)) ?? point;
    this.#all.set(keyOf(point), known);
    return known;
  }

  /** This point, or the nearest joining one that is close. */
  join(point: GridPoint): GridPoint {
    const joined = this.#all.get(keyOf(point)) ?? this.#nearest(point) ?? this.keep(point);
    this.#joining.add(joined);
    return joined;
  }

  joining(): readonly GridPoint[] {
    return [...this.#joining];
  }

  #nearest({ x, y }: GridPoint): GridPoint | undefined {
    let [nearest, least]: [GridPoint | undefined, number] = [undefined, SNAP_UNITS * SNAP_UNITS + 1];
    for (let dx = -SNAP_UNITS; dx <= SNAP_UNITS; dx += 1) {
      for (let dy = -SNAP_UNITS; dy <= SNAP_UNITS; dy += 1) {
        const squared = dx * dx + dy * dy;
        const found = squared < least ? this.#all.get(keyOf({ x: x + dx, y: y + dy })) : undefined;
        if (found !== undefined && this.#joining.has(found)) [nearest, least] = [found, squared];
      }
    }
    return nearest;
  }
}
