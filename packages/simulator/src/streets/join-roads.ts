/** Joins the lines of many tiles to one network: roads that meet share a point, even if the tiles do not say so. */
import type { RoadLine } from './road-tiles.ts';
import { type PointOnSegment, type Segment, SegmentIndex } from './segment-index.ts';
import { type GridPoint, keyOf } from './tile-grid.ts';

/** Points and ends that are this close, in units (about 1.8 m), are the same: tiles round, and leave points out. */
const SNAP_UNITS = 2;

export interface RoadNetwork {
  readonly points: readonly GridPoint[];
  readonly segments: readonly Segment[];
}

interface Split {
  readonly point: number;
  /** Position on the segment, 0–1. */
  readonly share: number;
}

/**
 * Tiles of a low zoom are simplified, so that a side street may end, or a road on the ground cross another, where the
 * other has no point left. Bridges, tunnels and motorways pass over and under, and join only where they end.
 */
export function joinRoads(lines: readonly RoadLine[]): RoadNetwork {
  const points = new PointSet();
  const whole = lines.flatMap((line) => segmentsOf(line, points));
  const ground = whole.filter(({ onGround }) => onGround);
  const splits = new Map<Segment, Split[]>();
  const split = ({ segment, share }: PointOnSegment, point: number): void => {
    const known = splits.get(segment);
    if (known === undefined) splits.set(segment, [{ point, share }]);
    else known.push({ point, share });
  };
  if (ground.length > 0) {
    const index = new SegmentIndex(points.all, ground);
    for (const point of points.joining()) for (const found of index.containing(point, SNAP_UNITS)) split(found, point);
    for (const { at, one, other } of index.crossings()) {
      const point = points.join(at);
      split(one, point);
      split(other, point);
    }
  }
  return { points: points.all, segments: whole.flatMap((segment) => partsOf(segment, splits.get(segment) ?? [])) };
}

interface WholeSegment extends Segment {
  readonly onGround: boolean;
}

function segmentsOf({ points: line, roadClass, onGround }: RoadLine, points: PointSet): WholeSegment[] {
  const last = line.length - 1;
  const ids = line.map((point, index) =>
    onGround || index === 0 || index === last ? points.join(point) : points.keep(point),
  );
  return ids.slice(1).flatMap((to, index) => {
    const from = ids[index];
    return from === undefined || from === to ? [] : [{ from, to, roadClass, onGround }];
  });
}

function partsOf({ from, to, roadClass }: Segment, splits: readonly Split[]): Segment[] {
  const inOrder = [...splits].sort((a, b) => a.share - b.share).map(({ point }) => point);
  const ids = [from, ...inOrder, to];
  return ids.slice(1).flatMap((next, index) => {
    const previous = ids[index];
    return previous === undefined || previous === next ? [] : [{ from: previous, to: next, roadClass }];
  });
}

/** All points of the network, each once. Those that join attract others; those of bridges between their ends do not. */
class PointSet {
  readonly all: GridPoint[] = [];
  readonly #exact = new Map<number, number>();
  readonly #joining = new Set<number>();

  /** The index of this very point. */
  keep(point: GridPoint): number {
    const known = this.#exact.get(keyOf(point));
    if (known !== undefined) return known;
    this.all.push(point);
    this.#exact.set(keyOf(point), this.all.length - 1);
    return this.all.length - 1;
  }

  /** The index of this point, or of the nearest joining one that is close. */
  join(point: GridPoint): number {
    const id = this.#exact.get(keyOf(point)) ?? this.#nearest(point) ?? this.keep(point);
    this.#joining.add(id);
    return id;
  }

  joining(): readonly number[] {
    return [...this.#joining];
  }

  #nearest({ x, y }: GridPoint): number | undefined {
    let nearest: { id: number; squared: number } | undefined;
    for (let dx = -SNAP_UNITS; dx <= SNAP_UNITS; dx += 1) {
      for (let dy = -SNAP_UNITS; dy <= SNAP_UNITS; dy += 1) {
        const squared = dx * dx + dy * dy;
        if (squared > SNAP_UNITS * SNAP_UNITS || squared >= (nearest?.squared ?? Number.POSITIVE_INFINITY)) continue;
        const id = this.#exact.get(keyOf({ x: x + dx, y: y + dy }));
        if (id !== undefined && this.#joining.has(id)) nearest = { id, squared };
      }
    }
    return nearest?.id;
  }
}
