/** Checks that the tiles of the bundled map can be read and fit together at every zoom. */
import { describe, expect, it } from '@jest/globals';
import { VectorTile } from '@mapbox/vector-tile';
import { PbfReader } from 'pbf';
import { encodeTile, type MapFeature } from './encode-tile.ts';
import { makeTiles } from './make-tiles.ts';

const read = (bytes: Uint8Array): VectorTile => new VectorTile(new PbfReader(bytes));

describe('encodeTile', () => {
  it('round-trips points, lines, rings and all property types', () => {
    const features: MapFeature[] = [
      { type: 1, properties: { name: 'Loop', rank: 3 }, parts: [[[10, 20]]] },
      {
        type: 2,
        properties: { bridge: true, name: 'Loop' },
        parts: [
          [
            [0, 0],
            [-80, 40],
          ],
          [
            [5, 5],
            [6, 7],
            [9, 2],
          ],
        ],
      },
      {
        type: 3,
        properties: {},
        parts: [
          [
            [0, 0],
            [100, 0],
            [100, 100],
            [0, 0],
          ],
        ],
      },
    ];
    const layer = read(encodeTile(new Map([['layer', features]]), 4_096)).layers['layer'];
    const back = Array.from({ length: layer?.length ?? 0 }, (_, index) => {
      const feature = layer?.feature(index);
      const parts = feature?.loadGeometry().map((part) => part.map(({ x, y }) => [x, y]));
      return { type: feature?.type, properties: { ...feature?.properties }, parts };
    });
    expect(back).toEqual(features);
    expect(layer?.extent).toBe(4_096);
  });
});

describe('makeTiles', () => {
  const tiles = makeTiles();

  it('has the 30 tiles of Chicago and four lower zooms', () => {
    const count = (zoom: number): number => [...tiles.keys()].filter((name) => name.startsWith(`${zoom}/`)).length;
    expect([13, 12, 11, 10, 9].map(count)).toEqual([30, 9, 4, 1, 1]);
  });

  it('has a motorway in the same place at every zoom', () => {
    // Each zoom halves the tile coordinates, so these tiles contain the same street.
    for (const name of ['13/2100/3044', '12/1050/1522', '11/525/761', '10/262/380', '9/131/190']) {
      const roads = read(tiles.get(name) ?? new Uint8Array()).layers['road'];
      const classes = Array.from(
        { length: roads?.length ?? 0 },
        (_, index) => roads?.feature(index).properties['class'],
      );
      expect(classes).toContain('motorway');
    }
  });

  it('maps the corners of a child to its parent', () => {
    const cornersOf = (name: string, layer: string): string[] => {
      const found = read(tiles.get(name) ?? new Uint8Array()).layers[layer];
      return Array.from({ length: found?.length ?? 0 }, (_, index) => found?.feature(index).loadGeometry() ?? [])
        .flat(2)
        .map(({ x, y }) => `${x} ${y}`);
    };
    const inParent = new Set(cornersOf('12/1050/1522', 'water'));
    // 2101 is the right half of 1050, 3044 the upper half of 1522.
    const expected = cornersOf('13/2101/3044', 'water').map((corner) => {
      const [x = 0, y = 0] = corner.split(' ').map(Number);
      return `${(x + 4_096) >> 1} ${y >> 1}`;
    });
    expect(expected.length).toBeGreaterThan(10);
    expect(expected.filter((corner) => !inParent.has(corner))).toEqual([]);
  });

  it('is small, because names in other languages are dropped', () => {
    const bytes = [...tiles.values()].reduce((sum, { length }) => sum + length, 0);
    expect(bytes).toBeLessThan(1_500_000);
  });
});
