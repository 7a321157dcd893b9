/** Checks the tiles of the world map. */
import { describe, expect, it } from '@jest/globals';
import { VectorTile } from '@mapbox/vector-tile';
import { PbfReader } from 'pbf';
import { makeWorld } from './make-world.ts';

describe('makeWorld', () => {
  const tiles = makeWorld();
  const layersOf = (name: string) => new VectorTile(new PbfReader(tiles.get(name) ?? new Uint8Array())).layers;

  it('has every tile down to zoom 4, also over the sea', () => {
    expect(tiles.size).toBe(1 + 4 + 16 + 64 + 256);
    // The South Pacific.
    expect(layersOf('world/4/1/9')['land']).toBeUndefined();
  });

  it('has land, borders and names of countries at every zoom', () => {
    // Each contains the middle of France.
    for (const name of ['0/0/0', '1/1/0', '2/2/1', '3/4/2', '4/8/5']) {
      const { land, border, country } = layersOf(`world/${name}`);
      expect([land?.feature(0).type, border?.feature(0).type, country?.feature(0).type]).toEqual([3, 2, 1]);
      const names = Array.from(
        { length: country?.length ?? 0 },
        (_, index) => country?.feature(index).properties['name'],
      );
      expect(names).toContain('France');
    }
  });

  it.each([
    ['Kansas', -98, 38.5, true],
    ['the Sahara', 10, 23, true],
    ['the east of Chukotka, beyond 180 degrees', -175, 66.5, true],
    ['the west of Chukotka', 175, 67.5, true],
    ['Antarctica', 90, -80, true],
    ['Antarctica at 180 degrees', 179.5, -84.5, true],
    ['the Pacific', -150, 10, false],
    ['the Norwegian Sea', 0, 67, false],
    ['the Gulf of Mexico', -92, 25, false],
    ['the Southern Ocean', 90, -55, false],
  ])('knows whether %s is land, at every zoom', (_, lng, lat, isLand) => {
    for (let zoom = 0; zoom <= 4; zoom++) {
      const sine = Math.sin((lat * Math.PI) / 180);
      const at = (share: number) => Math.floor(share * 2 ** zoom);
      const x = at(lng / 360 + 0.5);
      const y = at(0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI));
      const land = layersOf(`world/${zoom}/${x}/${y}`)['land'];
      // Sorted into areas and holes as the map does it.
      const polygons = Array.from({ length: land?.length ?? 0 }, (_unused, index) =>
        land?.feature(index).toGeoJSON(x, y, zoom),
      ).flatMap((shape) =>
        shape?.geometry.type === 'Polygon'
          ? [shape.geometry.coordinates]
          : shape?.geometry.type === 'MultiPolygon'
            ? shape.geometry.coordinates
            : [],
      );
      const isIn = polygons.some(
        ([outer = [], ...holes]) => isInside(outer, lng, lat) && !holes.some((hole) => isInside(hole, lng, lat)),
      );
      expect([zoom, isIn]).toEqual([zoom, isLand]);
    }
  });

  it('is small', () => {
    expect([...tiles.values()].reduce((sum, { length }) => sum + length, 0)).toBeLessThan(1_500_000);
  });
});

function isInside(ring: readonly (readonly number[])[], x: number, y: number): boolean {
  return ring.reduce((inside, [x1 = 0, y1 = 0], index) => {
    const [x2 = 0, y2 = 0] = ring[(index + 1) % ring.length] ?? [];
    return y1 > y !== y2 > y && x < x1 + ((x2 - x1) * (y - y1)) / (y2 - y1) ? !inside : inside;
  }, false);
}
