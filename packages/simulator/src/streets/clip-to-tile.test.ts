/** Lines end at the border of their tile, so that neighbours do not bring the same street twice. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { clipToTile } from './clip-to-tile.ts';
import type { GridPoint } from './tile-grid.ts';

const coordinate = fc.integer({ min: -300, max: 4_400 });
const point = fc.record({ x: coordinate, y: coordinate });

const lengthOf = (line: readonly GridPoint[]): number =>
  line.slice(1).reduce((sum, to, index) => {
    const from = line[index] ?? to;
    return sum + Math.hypot(to.x - from.x, to.y - from.y);
  }, 0);

describe('a line cut at the border', () => {
  it('is in two pieces when it leaves the tile and comes back', () => {
    const line = [
      { x: 4_000, y: 10 },
      { x: 4_200, y: 10 },
      { x: 4_000, y: 30 },
    ];
    expect(clipToTile(line)).toEqual([
      [
        { x: 4_000, y: 10 },
        { x: 4_096, y: 10 },
      ],
      [
        { x: 4_096, y: 20.4 },
        { x: 4_000, y: 30 },
      ],
    ]);
  });

  it('crosses a whole tile that holds none of its points', () => {
    const line = [
      { x: -100, y: 5 },
      { x: 4_196, y: 5 },
    ];
    expect(clipToTile(line)).toEqual([
      [
        { x: 0, y: 5 },
        { x: 4_096, y: 5 },
      ],
    ]);
  });

  it('stays within the tile, and loses nothing that lies within', () => {
    fc.assert(
      fc.property(fc.array(point, { minLength: 2, maxLength: 12 }), (line) => {
        const pieces = clipToTile(line);
        for (const { x, y } of pieces.flat()) {
          expect(x).toBeGreaterThanOrEqual(-1e-6);
          expect(x).toBeLessThanOrEqual(4_096 + 1e-6);
          expect(y).toBeGreaterThanOrEqual(-1e-6);
          expect(y).toBeLessThanOrEqual(4_096 + 1e-6);
        }
        // Measured another way: by steps along the line, of which those inside count.
        const inside = line.slice(1).reduce((sum, to, index) => sum + insideBySteps(line[index] ?? to, to), 0);
        expect(Math.abs(pieces.reduce((sum, piece) => sum + lengthOf(piece), 0) - inside)).toBeLessThan(12 * 15);
      }),
    );
  });
});

const STEPS = 1_000;

function insideBySteps(from: GridPoint, to: GridPoint): number {
  let inside = 0;
  for (let step = 0.5; step < STEPS; step += 1) {
    const x = from.x + ((to.x - from.x) * step) / STEPS;
    const y = from.y + ((to.y - from.y) * step) / STEPS;
    if (x >= 0 && x <= 4_096 && y >= 0 && y <= 4_096) inside += 1;
  }
  return (inside / STEPS) * lengthOf([from, to]);
}
