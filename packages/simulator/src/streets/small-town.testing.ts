/** A made-up town of crossing streets, for tests that need no map. */
import type { RoadClass, RoadLine } from './road-tiles.ts';
import { buildStreetGraph, type StreetGraph } from './street-graph.ts';
import { type GridPoint, UNITS_PER_TILE } from './tile-grid.ts';

/** The corner of a tile of Chicago: the town has the scale of the real city. */
const CORNER: GridPoint = { x: 2_100 * UNITS_PER_TILE, y: 3_044 * UNITS_PER_TILE };

export function road(
  points: readonly (readonly [number, number])[],
  roadClass: RoadClass = 'street',
  onGround = true,
): RoadLine {
  return { points: points.map(([x, y]) => ({ x: CORNER.x + x, y: CORNER.y + y })), roadClass, onGround };
}

/** Of each junction, how many ways lead on. */
export function waysOf({ junctions, stretches }: StreetGraph): number[] {
  const ways = junctions.map(() => 0);
  for (const end of stretches.flatMap(({ from, to }) => [from, to])) ways[end] = (ways[end] ?? 0) + 1;
  return ways;
}

/** `streets` by `streets` of them, `spacing` units apart (0.9 m each); they cross without sharing a point. */
export function smallTown(streets: number, spacing = 100): StreetGraph {
  const length = (streets - 1) * spacing;
  const across = Array.from({ length: streets }, (_, row) =>
    road([
      [0, row * spacing],
      [length, row * spacing],
    ]),
  );
  const down = Array.from({ length: streets }, (_, column) =>
    road(
      [
        [column * spacing, 0],
        [column * spacing, length],
      ],
      column % 3 === 0 ? 'main' : 'street',
    ),
  );
  return buildStreetGraph([...across, ...down]);
}
