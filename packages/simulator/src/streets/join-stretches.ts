/** Joins the segments between two junctions to one stretch, so that a search steps from junction to junction. */
import type { RoadNetwork } from './join-roads.ts';
import type { RoadClass } from './road-tiles.ts';
import type { Segment } from './segment-index.ts';

interface PointStretch {
  /** Of the network, by their index. */
  readonly points: readonly number[];
  readonly roadClass: RoadClass;
}

/**
 * Of the segments between `wanted` points. A junction is where other than two segments meet, or two of different classes;
 * a ring without any junction leads nowhere and is left out.
 */
export function joinStretches({ segments }: RoadNetwork, wanted: ReadonlySet<number>): PointStretch[] {
  const at = new Map<number, Segment[]>();
  for (const segment of withoutRepetitions(segments.filter(({ from }) => wanted.has(from)))) {
    for (const end of [segment.from, segment.to]) {
      const known = at.get(end);
      if (known === undefined) at.set(end, [segment]);
      else known.push(segment);
    }
  }
  const isJunction = (point: number): boolean => {
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
        const here: number = segment.from === points.at(-1) ? segment.to : segment.from;
        points.push(here);
        segment = isJunction(here) ? undefined : at.get(here)?.find((next) => !used.has(next));
      }
      stretches.push({ points, roadClass: first.roadClass });
    }
  }
  return stretches;
}

/** Two tiles, or a road and its cycle lane, may both hold the same piece. */
function withoutRepetitions(segments: readonly Segment[]): Segment[] {
  const kept = new Map<number, Segment>();
  for (const segment of segments) {
    const { from, to } = segment;
    const pair = Math.min(from, to) * 2 ** 26 + Math.max(from, to);
    if (!kept.has(pair)) kept.set(pair, segment);
  }
  return [...kept.values()];
}
