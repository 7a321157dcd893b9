/** Finds which straight pieces of road pass a point or cross each other, without comparing all with all. */
import type { Segment } from './join-roads.ts';
import type { GridPoint } from './tile-grid.ts';

/** Units; about a block of a city, so that a square holds few segments. */
const SQUARE = 128;
/** So near to its end (share of its length) a segment is not cut. */
const END_SHARE = 1e-9;

export interface Passing {
  readonly segment: Segment;
  /** Where on the segment, strictly between 0 and 1. */
  readonly share: number;
}

export interface Crossing {
  readonly one: Segment;
  readonly other: Segment;
  /** In whole units. */
  readonly at: GridPoint;
  readonly shareOfOne: number;
  readonly shareOfOther: number;
}

export class SegmentGrid {
  readonly #points: readonly GridPoint[];
  readonly #tolerance: number;
  readonly #squares = new Map<number, Segment[]>();

  /** `tolerance`: how far from a segment a point still counts as on it, units. */
  constructor(points: readonly GridPoint[], segments: readonly Segment[], tolerance: number) {
    this.#points = points;
    this.#tolerance = tolerance;
    for (const segment of segments) this.#add(segment);
  }

  /** The segments that this point is on and is no end of. */
  passing(point: number): Passing[] {
    const place = this.#at(point);
    const segments = this.#squares.get(squareOf(place.x, place.y)) ?? [];
    return segments.flatMap((segment) => {
      if (segment.from === point || segment.to === point) return [];
      const share = shareNearest(this.#at(segment.from), this.#at(segment.to), place);
      if (share <= END_SHARE || share >= 1 - END_SHARE) return [];
      const distance = distanceTo(this.#at(segment.from), this.#at(segment.to), share, place);
      return distance <= this.#tolerance ? [{ segment, share }] : [];
    });
  }

  /** Every pair that crosses, once. */
  *crossings(): Generator<Crossing> {
    for (const [square, segments] of this.#squares) {
      for (const [index, one] of segments.entries()) {
        for (let next = index + 1; next < segments.length; next += 1) {
          const other = segments[next];
          if (other === undefined) continue;
          const crossing = this.#cross(one, other);
          // The two may share several squares; only one of them holds the crossing.
          if (crossing !== undefined && squareOf(crossing.at.x, crossing.at.y) === square) yield crossing;
        }
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
    const at = { x: Math.round(a.x + (b.x - a.x) * shareOfOne), y: Math.round(a.y + (b.y - a.y) * shareOfOne) };
    return { one, other, at, shareOfOne, shareOfOther };
  }

  #add(segment: Segment): void {
    const [from, to] = [this.#at(segment.from), this.#at(segment.to)];
    const first = (a: number, b: number): number => Math.floor((Math.min(a, b) - this.#tolerance) / SQUARE);
    const last = (a: number, b: number): number => Math.floor((Math.max(a, b) + this.#tolerance) / SQUARE);
    for (let x = first(from.x, to.x); x <= last(from.x, to.x); x += 1) {
      for (let y = first(from.y, to.y); y <= last(from.y, to.y); y += 1) {
        const square = squareNumber(x, y);
        const known = this.#squares.get(square);
        if (known === undefined) this.#squares.set(square, [segment]);
        else known.push(segment);
      }
    }
  }

  #at(point: number): GridPoint {
    const place = this.#points[point];
    if (place === undefined) throw new RangeError(`there is no point ${point}`);
    return place;
  }
}

function squareOf(x: number, y: number): number {
  return squareNumber(Math.floor(x / SQUARE), Math.floor(y / SQUARE));
}

/** The world is 2^18 squares wide. */
function squareNumber(column: number, row: number): number {
  return column * 2 ** 19 + row;
}

function isInside(share: number): boolean {
  return share > END_SHARE && share < 1 - END_SHARE;
}

function shareNearest(from: GridPoint, to: GridPoint, point: GridPoint): number {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  return ((point.x - from.x) * dx + (point.y - from.y) * dy) / (dx * dx + dy * dy);
}

function distanceTo(from: GridPoint, to: GridPoint, share: number, point: GridPoint): number {
  return Math.hypot(from.x + (to.x - from.x) * share - point.x, from.y + (to.y - from.y) * share - point.y);
}
