/** The quickest way, as a plain search without any estimate finds it; and an end to the work. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Leg, RouteFinder } from './find-route.ts';
import { road, smallTown } from './small-town.testing.ts';
import { buildStreetGraph, type StreetGraph } from './street-graph.ts';
import { TRAVEL, type TravelMode } from './travel-mode.ts';

const modes: readonly TravelMode[] = ['walk', 'bike', 'car', 'bus'];
const [STREETS, SPACING] = [6, 80];
const town = smallTown(STREETS, SPACING);
const anyJunction = fc.integer({ min: 0, max: town.junctions.length - 1 });

const secondsOf = (legs: readonly Leg[], mode: TravelMode): number =>
  legs.reduce((sum, { stretch }) => sum + stretch.meters / (TRAVEL[mode].speeds[stretch.roadClass] ?? 0), 0);

/** Bellman and Ford: every stretch again and again, until nothing gets quicker. */
function quickest({ stretches, junctions }: StreetGraph, from: number, mode: TravelMode): number[] {
  const seconds = junctions.map((_, junction) => (junction === from ? 0 : Number.POSITIVE_INFINITY));
  for (let changed = true; changed; ) {
    changed = false;
    for (const { from: a, to: b, meters, roadClass } of stretches) {
      const takes = meters / (TRAVEL[mode].speeds[roadClass] ?? 0);
      for (const [here, there] of [
        [a, b],
        [b, a],
      ] as const) {
        const arrival = (seconds[here] ?? 0) + takes;
        if (arrival >= (seconds[there] ?? 0) - 1e-9) continue;
        seconds[there] = arrival;
        changed = true;
      }
    }
  }
  return seconds;
}

describe('a route', () => {
  it('is the quickest one, leg by leg from here to there', () => {
    const routes = new RouteFinder(town);
    fc.assert(
      fc.property(anyJunction, anyJunction, fc.constantFrom(...modes), (from, to, mode) => {
        const legs = routes.find(from, to, mode) ?? [];
        expect(secondsOf(legs, mode)).toBeCloseTo(quickest(town, from, mode)[to] ?? 0, 6);
        let here = from;
        for (const { stretch, isReversed } of legs) {
          expect(isReversed ? stretch.to : stretch.from).toBe(here);
          here = isReversed ? stretch.from : stretch.to;
        }
        expect(here).toBe(to);
      }),
      { numRuns: 60 },
    );
  });

  it('prefers the motorway by car, and keeps off it on foot', () => {
    const graph = buildStreetGraph([
      road([
        [0, 0],
        [4_000, 0],
      ]),
      road(
        [
          [0, 0],
          [0, 100],
        ],
        'motorway',
        false,
      ),
      road(
        [
          [0, 100],
          [4_000, 100],
        ],
        'motorway',
        false,
      ),
      road(
        [
          [4_000, 100],
          [4_000, 0],
        ],
        'motorway',
        false,
      ),
    ]);
    const routes = new RouteFinder(graph);
    const [from, to] = [graph.addresses[0] ?? 0, graph.addresses[1] ?? 0];
    expect(routes.find(from, to, 'car')?.every(({ stretch }) => stretch.roadClass === 'motorway')).toBe(true);
    expect(routes.find(from, to, 'walk')?.every(({ stretch }) => stretch.roadClass === 'street')).toBe(true);
  });

  it('is given up after a bounded amount of work', () => {
    const routes = new RouteFinder(town);
    const [from, to] = [0, town.junctions.length - 1];
    expect(routes.find(from, to, 'walk', 3)).toBeUndefined();
    expect(routes.find(from, to, 'walk')).toBeDefined();
  });
});
