/** Joins the segments between two junctions to one stretch, so that a search steps from junction to junction. */
import type { Segment } from './join-roads.ts';
import type { RoadClass } from './road-tiles.ts';
import { type GridPoint, keyOf } from './tile-grid.ts';

interface PointStretch {
  readonly points: readonly GridPoint[];
  readonly roadClass: RoadClass;
}

/**
 * A junction is where other than two segments meet, or two of different classes; a ring without any junction leads nowhere
 * and is left out.
 */
export function joinStretches(segments: readonly Segment[]): PointStretch[] {
  const at = segmentsByPoint(withoutRepetitions(segments));
  const isJunction = (point: GridPoint): boolean => {
    const [one, other, ...more] = at.get(point) ?? [];
    return one === undefined || other === undefined || more.length > 0 || one.roadClass !== other.roadClass;
  };
  const used = new Set<Segment>();
  const stretches: PointStretch[] = [];
  for (const [start, leaving] of at) {
    if (!isJunction(start)) continue;
    for (const first of leaving) {
      if (used.has(first)) continue;
      const points = [start];
      for (let segment: Segment | undefined = first; segment !== undefined && !used.has(segment); ) {
        used.add(segment);
        const here: GridPoint = segment.from === points.at(-1) ? segment.to : segment.from;
        points.push(here);
        segment = isJunction(here) ? undefined : at.get(here)?.find((next) => !used.has(next));
      }
      stretches.push({ points, roadClass: first.roadClass });
    }
  }
  return stretches;
}

/** Of each point, the segments that begin or end there. */
export function segmentsByPoint(segments: readonly Segment[]): Map<GridPoint, Segment[]> {
  const at = new Map<GridPoint, Segment[]>();
  for (const segment of segments) {
    for (const end of [segment.from, segment.to]) {
      const known = at.get(end);
      if (known === undefined) at.set(end, [segment]);
      else known.push(segment);
    }
  }
  return at;
}

/** Two tiles, or a road and its cycle lane, may both hold the same piece: the first one stays. */
function withoutRepetitions(segments: readonly Segment[]): Segment[] {
  const seen = new Map<GridPoint, Set<GridPoint>>();
  return segments.filter(({ from, to }) => {
    const [low, high] = keyOf(from) < keyOf(to) ? [from, to] : [to, from];
    const ends = seen.get(low) ?? new Set();
    seen.set(low, ends);
    return ends.size < ends.add(high).size;
  });
}
