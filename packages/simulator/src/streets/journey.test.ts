/** People move as people do: never faster than their mode allows, without leaps, and they arrive. */
import { describe, expect, it } from '@jest/globals';
import { distanceMeters } from '@nearby-friends/geo';
import fc from 'fast-check';
import { seededRandom } from '../plain/seeded-random.ts';
import { RouteFinder } from './find-route.ts';
import { headingBetween, Journey } from './journey.ts';
import { smallTown } from './small-town.testing.ts';
import { TRAVEL, type TravelMode, topSpeed } from './travel-mode.ts';

const town = smallTown(6, 120);
const routes = new RouteFinder(town);
const KMH = 3.6;

const aJourney = fc
  .record({
    from: fc.integer({ min: 0, max: town.junctions.length - 1 }),
    to: fc.integer({ min: 0, max: town.junctions.length - 1 }),
    mode: fc.constantFrom<TravelMode>('walk', 'bike', 'car', 'bus'),
    seed: fc.integer(),
  })
  .filter(({ from, to }) => from !== to);

describe('a journey', () => {
  it('keeps to its mode’s speed, from any moment to any other', () => {
    fc.assert(
      fc.property(aJourney, fc.integer({ min: 1, max: 60 }), ({ from, to, mode, seed }, step) => {
        const journey = new Journey(routes.find(from, to, mode) ?? [], mode, seededRandom(seed));
        for (let second = 0; second < journey.duration + step; second += step) {
          const [here, next] = [journey.at(second), journey.at(second + step)];
          const meters = distanceMeters(here.lat, here.lng, next.lat, next.lng);
          expect(meters / step).toBeLessThanOrEqual(topSpeed(TRAVEL[mode]) + 1e-6);
          expect(here.speed).toBeLessThanOrEqual(topSpeed(TRAVEL[mode]) + 1e-6);
        }
      }),
    );
  });

  it('begins here and ends there', () => {
    fc.assert(
      fc.property(aJourney, ({ from, to, mode, seed }) => {
        const journey = new Journey(routes.find(from, to, mode) ?? [], mode, seededRandom(seed));
        expect(journey.at(-1)).toMatchObject({ ...town.junctions[from], speed: 0 });
        expect(journey.at(journey.duration + 1)).toMatchObject({ ...town.junctions[to], speed: 0 });
      }),
    );
  });

  it('is as fast on the whole as one is in a city', () => {
    const kmh = (mode: TravelMode): number => {
      const legs = routes.find(0, town.junctions.length - 1, mode) ?? [];
      const meters = legs.reduce((sum, { stretch }) => sum + stretch.meters, 0);
      const durations = Array.from({ length: 50 }, (_, seed) => new Journey(legs, mode, seededRandom(seed)).duration);
      return (meters / (durations.reduce((sum, seconds) => sum + seconds, 0) / durations.length)) * KMH;
    };
    const expectBetween = (value: number, min: number, max: number): void => {
      expect(value).toBeGreaterThan(min);
      expect(value).toBeLessThan(max);
    };
    expectBetween(kmh('walk'), 3, 6);
    expectBetween(kmh('bike'), 10, 20);
    expectBetween(kmh('car'), 14, 40);
    expectBetween(kmh('bus'), 9, 28);
  });
});

describe('a heading', () => {
  it('is clockwise from north', () => {
    const here = { lat: 41.87, lng: -87.69 };
    expect(headingBetween(here, { lat: 41.88, lng: -87.69 })).toBeCloseTo(0);
    expect(headingBetween(here, { lat: 41.87, lng: -87.68 })).toBeCloseTo(90);
    expect(headingBetween(here, { lat: 41.86, lng: -87.69 })).toBeCloseTo(180);
    expect(headingBetween(here, { lat: 41.87, lng: -87.7 })).toBeCloseTo(270);
  });
});
