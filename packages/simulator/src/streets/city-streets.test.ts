/** The real map: one city, in one piece, across all its tiles. */
import { beforeAll, describe, expect, it } from '@jest/globals';
import { loadCityStreets } from './city-streets.ts';
import { RouteFinder } from './find-route.ts';
import { waysOf } from './small-town.testing.ts';
import type { StreetGraph } from './street-graph.ts';

let streets: StreetGraph;
beforeAll(async () => {
  streets = await loadCityStreets();
});

describe('the streets of the map', () => {
  it('are as many as a city has, and lie where the tiles do', () => {
    expect(streets.junctions.length).toBeGreaterThan(40_000);
    expect(streets.stretches.reduce((sum, { meters }) => sum + meters, 0)).toBeGreaterThan(5_000_000);
    const outside = streets.junctions.filter(
      ({ lat, lng }) => lat < 41.77 || lat > 41.97 || lng < -87.81 || lng > -87.58,
    );
    expect(outside).toEqual([]);
  });

  it('are mostly crossings of three and four, and hardly dead ends: the tiles have been joined', () => {
    const share = (ways: readonly number[]): number =>
      waysOf(streets).filter((count) => ways.includes(count)).length / streets.junctions.length;
    expect(share([3, 4])).toBeGreaterThan(0.8);
    expect(share([1])).toBeLessThan(0.15);
  });

  it('lead from one end of the city to the other, on foot and by car', () => {
    const byLat = [...streets.addresses].sort(
      (a, b) => (streets.junctions[a]?.lat ?? 0) - (streets.junctions[b]?.lat ?? 0),
    );
    const [south, north] = [byLat[0] ?? 0, byLat.at(-1) ?? 0];
    const routes = new RouteFinder(streets);
    for (const mode of ['walk', 'car'] as const) {
      const legs = routes.find(south, north, mode, Number.POSITIVE_INFINITY) ?? [];
      const meters = legs.reduce((sum, { stretch }) => sum + stretch.meters, 0);
      expect(meters).toBeGreaterThan(20_000);
      expect(meters).toBeLessThan(45_000);
    }
  });
});
