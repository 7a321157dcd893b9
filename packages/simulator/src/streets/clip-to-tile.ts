/** Cuts a line at the border of its tile, so that neighbouring tiles do not contribute the same street twice. */
/// <reference path="./lineclip.d.ts" />
import { clipPolyline } from 'lineclip';
import { type GridPoint, UNITS_PER_TILE } from './tile-grid.ts';

/** The pieces of a line, in units of its tile, that lie within it. */
export function clipToTile(line: readonly GridPoint[]): GridPoint[][] {
  const points = line.map(({ x, y }) => [x, y] as const);
  return clipPolyline(points, [0, 0, UNITS_PER_TILE, UNITS_PER_TILE]).map((piece) => piece.map(([x, y]) => ({ x, y })));
}
