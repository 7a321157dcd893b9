/** Finds the segments of road that contain a point or cross each other, with a spatial index. */
import Flatbush from 'flatbush';
import type { RoadClass } from './road-tiles.ts';
import type { GridPoint } from './tile-grid.ts';

/** A line between two points of the road network, by their index. */
export interface Segment {
  readonly from: number;
  readonly to: number;
  readonly roadClass: RoadClass;
}

export interface PointOnSegment {
  readonly segment: Segment;
  /** Where on the segment, strictly between 0 and 1. */
  readonly share: number;
}

export interface Crossing {
  /** In whole units. */
  readonly at: GridPoint;
  readonly one: PointOnSegment;
  readonly other: PointOnSegment;
}

/** This close to its end (share of its length) a segment is not cut. */
const END_SHARE = 1e-9;

export class SegmentIndex {
  readonly #points: readonly GridPoint[];
  readonly #segments: readonly Segment[];
  readonly #boxes: Flatbush;

  /** There must be at least one segment. */
  constructor(points: readonly GridPoint[], segments: readonly Segment[]) {
    this.#points = points;
    this.#segments = segments;
    this.#boxes = new Flatbush(segments.length);
    for (const segment of segments) this.#boxes.add(...this.#boxOf(segment));
    this.#boxes.finish();
  }

  /** The segments within `tolerance` (units) of this point that do not end there. */
  containing(point: number, tolerance: number): PointOnSegment[] {
    const { x, y } = this.#at(point);
    return this.#search([x - tolerance, y - tolerance, x + tolerance, y + tolerance]).flatMap((segment) => {
      if (segment.from === point || segment.to === point) return [];
      const [from, to] = [this.#at(segment.from), this.#at(segment.to)];
      const [dx, dy] = [to.x - from.x, to.y - from.y];
      const share = ((x - from.x) * dx + (y - from.y) * dy) / (dx * dx + dy * dy);
      const distance = Math.hypot(from.x + dx * share - x, from.y + dy * share - y);
      return isInside(share) && distance <= tolerance ? [{ segment, share }] : [];
    });
  }

  /** Every pair that crosses, once. */
  *crossings(): Generator<Crossing> {
    for (const [index, one] of this.#segments.entries()) {
      for (const other of this.#search(this.#boxOf(one), (found) => found > index)) {
        const crossing = this.#cross(one, other);
        if (crossing !== undefined) yield crossing;
      }
    }
  }

  #cross(one: Segment, other: Segment): Crossing | undefined {
    if (one.from === other.from || one.from === other.to || one.to === other.from || one.to === other.to) return;
    const [a, b, c, d] = [this.#at(one.from), this.#at(one.to), this.#at(other.from), this.#at(other.to)];
    const turn = (b.x - a.x) * (d.y - c.y) - (b.y - a.y) * (d.x - c.x);
    if (turn === 0) return;
    const shareOfOne = ((c.x - a.x) * (d.y - c.y) - (c.y - a.y) * (d.x - c.x)) / turn;
    const shareOfOther = ((c.x - a.x) * (b.y - a.y) - (c.y - a.y) * (b.x - a.x)) / turn;
    if (!isInside(shareOfOne) || !isInside(shareOfOther)) return;
    return {
      at: { x: Math.round(a.x + (b.x - a.x) * shareOfOne), y: Math.round(a.y + (b.y - a.y) * shareOfOne) },
      one: { segment: one, share: shareOfOne },
      other: { segment: other, share: shareOfOther },
    };
  }

  #search(box: Box, filter?: (index: number) => boolean): Segment[] {
    return this.#boxes.search(...box, filter).flatMap((index) => this.#segments[index] ?? []);
  }

  #boxOf({ from, to }: Segment): Box {
    const [a, b] = [this.#at(from), this.#at(to)];
    return [Math.min(a.x, b.x), Math.min(a.y, b.y), Math.max(a.x, b.x), Math.max(a.y, b.y)];
  }

  #at(point: number): GridPoint {
    const place = this.#points[point];
    if (place === undefined) throw new RangeError(`there is no point ${point}`);
    return place;
  }
}

type Box = [minX: number, minY: number, maxX: number, maxY: number];

function isInside(share: number): boolean {
  return share > END_SHARE && share < 1 - END_SHARE;
}
