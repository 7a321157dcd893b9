/** The part of `lineclip` that is used here; the package has no types of its own. */
declare module 'lineclip' {
  type Point = readonly [x: number, y: number];
  export function clipPolyline(
    points: readonly Point[],
    bbox: readonly [minX: number, minY: number, maxX: number, maxY: number],
  ): Point[][];
}
