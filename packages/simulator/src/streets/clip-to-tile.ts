/** Cuts a line at the border of its tile. */
import { type GridPoint, UNITS_PER_TILE } from './tile-grid.ts';

/** The pieces of a line, in units of its tile, that lie within it (Liang and Barsky, for each segment). */
export function clipToTile(line: readonly GridPoint[]): GridPoint[][] {
  const pieces: GridPoint[][] = [];
  let piece: GridPoint[] = [];
  const endPiece = (): void => {
    if (piece.length > 1) pieces.push(piece);
    piece = [];
  };
  for (const [index, to] of line.entries()) {
    const from = line[index - 1];
    if (from === undefined) continue;
    const part = partWithin(from, to);
    if (part === undefined) {
      endPiece();
      continue;
    }
    if (piece.length === 0 || part.begin > 0) {
      endPiece();
      piece.push(along(from, to, part.begin));
    }
    piece.push(along(from, to, part.end));
    if (part.end < 1) endPiece();
  }
  endPiece();
  return pieces;
}

/** The part of a segment within the tile as shares of its length, or undefined when there is none. */
function partWithin(from: GridPoint, to: GridPoint): { begin: number; end: number } | undefined {
  let [begin, end] = [0, 1];
  const dx = to.x - from.x;
  const dy = to.y - from.y;
  // Each side of the tile: how far the segment goes towards it, and how far the side is away.
  const sides: readonly (readonly [number, number])[] = [
    [-dx, from.x],
    [dx, UNITS_PER_TILE - from.x],
    [-dy, from.y],
    [dy, UNITS_PER_TILE - from.y],
  ];
  for (const [towards, away] of sides) {
    if (towards === 0 && away < 0) return undefined;
    if (towards < 0) begin = Math.max(begin, away / towards);
    if (towards > 0) end = Math.min(end, away / towards);
  }
  return begin < end ? { begin, end } : undefined;
}

function along(from: GridPoint, to: GridPoint, share: number): GridPoint {
  if (share === 0) return from;
  if (share === 1) return to;
  return { x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share };
}
