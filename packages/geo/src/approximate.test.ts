/** The grid: how large its cells are, how far from the truth it may be, and what a patient viewer learns from it. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { approximate, CELL_METERS, DRIFT_PERIOD_MS, type Place } from './approximate.ts';
import { distanceMeters, EARTH_RADIUS_METERS } from './distance.ts';
import { position } from './positions.testing.ts';

const METERS_PER_DEGREE = (Math.PI * EARTH_RADIUS_METERS) / 180;
/** From the middle of a square cell to its corner. */
const HALF_DIAGONAL_METERS = CELL_METERS * Math.SQRT1_2;
const START = Date.UTC(2026, 10, 22);

const user = fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/);
const at = fc.integer({ min: START, max: START + 1_000 * DRIFT_PERIOD_MS });
const longitude = fc.oneof(
  fc.double({ min: -180, max: 180, noNaN: true }),
  fc.constantFrom(-180, 180, -179.999_999, 179.999_999, 0),
);
const near = (latitude: number) => fc.double({ min: latitude - 0.5, max: latitude + 0.5, noNaN: true });

const distance = (a: Place, b: Place) => distanceMeters(a.lat, a.lng, b.lat, b.lng);
const keyOf = ({ lat, lng }: Place) => `${lat} ${lng}`;
/** Where `inside` stops being true on the way from `from` (where it is) to `to`, by halving. */
function borderBetween(from: number, to: number, inside: (value: number) => boolean): number {
  let [yes, no] = [from, to];
  for (let i = 0; i < 60; i++) {
    const middle = (yes + no) / 2;
    if (inside(middle)) yes = middle;
    else no = middle;
  }
  return yes;
}
/** Height and width of the cell that holds the place, metres, found by walking to its borders. */
function sizeOfCell(name: string, place: Place, atMs: number): { height: number; width: number } {
  const middle = approximate(name, place.lat, place.lng, atMs);
  const isInside = (lat: number, lng: number) => keyOf(approximate(name, lat, lng, atMs)) === keyOf(middle);
  const degreesOfLng = (2 * CELL_METERS) / METERS_PER_DEGREE / Math.cos((middle.lat * Math.PI) / 180);
  const degreesOfLat = (2 * CELL_METERS) / METERS_PER_DEGREE;
  const [south, north] = [-degreesOfLat, degreesOfLat].map((d) =>
    borderBetween(middle.lat, middle.lat + d, (lat) => isInside(lat, middle.lng)),
  ) as [number, number];
  const [west, east] = [-degreesOfLng, degreesOfLng].map((d) =>
    borderBetween(middle.lng, middle.lng + d, (lng) => isInside(middle.lat, lng)),
  ) as [number, number];
  return {
    height: (north - south) * METERS_PER_DEGREE,
    width: (east - west) * METERS_PER_DEGREE * Math.cos((middle.lat * Math.PI) / 180),
  };
}

describe.each([0, 60, -60, 85, -85])('the grid around %d° of latitude', (latitude) => {
  it('has cells of 1,000 m in height and in width, within 1 %', () => {
    fc.assert(
      fc.property(user, near(latitude), fc.double({ min: -170, max: 170, noNaN: true }), at, (name, lat, lng, atMs) => {
        const { height, width } = sizeOfCell(name, { lat, lng }, atMs);
        expect(height).toBeCloseTo(CELL_METERS, 1);
        expect(Math.abs(width - CELL_METERS)).toBeLessThan(CELL_METERS * 0.01);
      }),
    );
  });

  it('is never further from the truth than a cell’s corner is from its middle', () => {
    fc.assert(
      fc.property(user, near(latitude), longitude, at, (name, lat, lng, atMs) => {
        const place = approximate(name, lat, lng, atMs);
        expect(distance(place, { lat, lng })).toBeLessThan(HALF_DIAGONAL_METERS * 1.01);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('the grid', () => {
  it('is a place on the map, at most two cells from the truth anywhere, poles and antimeridian included', () => {
    fc.assert(
      fc.property(user, position, at, (name, { lat, lng }, atMs) => {
        const place = approximate(name, lat, lng, atMs);
        expect(Math.abs(place.lat)).toBeLessThanOrEqual(90);
        expect(Math.abs(place.lng)).toBeLessThanOrEqual(180);
        expect(distance(place, { lat, lng })).toBeLessThanOrEqual(2 * CELL_METERS);
      }),
      { numRuns: 5_000 },
    );
  });

  it('has no cell smaller than the others around the poles', () => {
    fc.assert(
      fc.property(user, longitude, fc.double({ min: 0, max: 0.99, noNaN: true }), at, (name, lng, cells, atMs) => {
        for (const pole of [90, -90]) {
          const lat = pole - (Math.sign(pole) * cells * CELL_METERS) / METERS_PER_DEGREE;
          expect(approximate(name, lat, lng, atMs)).toEqual({ lat: pole, lng: 0 });
        }
      }),
    );
  });

  it('has the same result for all positions of a cell, including its middle', () => {
    fc.assert(
      fc.property(user, position, at, (name, { lat, lng }, atMs) => {
        const once = approximate(name, lat, lng, atMs);
        const twice = approximate(name, once.lat, once.lng, atMs);
        expect(distance(once, twice)).toBeLessThan(1e-6);
      }),
      { numRuns: 5_000 },
    );
  });

  it('treats −180° and 180° as the same place', () => {
    fc.assert(
      fc.property(user, fc.double({ min: -89, max: 89, noNaN: true }), at, (name, lat, atMs) => {
        expect(distance(approximate(name, lat, -180, atMs), approximate(name, lat, 180, atMs))).toBeLessThan(1e-6);
      }),
    );
  });

  it('lies elsewhere for every user', () => {
    const middles = new Set(
      Array.from({ length: 500 }, (_, i) => keyOf(approximate(`user-${i}`, 41.88, -87.63, START))),
    );
    expect(middles.size).toBe(500);
  });

  it('shows of a walk nothing but changes of cells, each to a cell that is next to the one before', () => {
    fc.assert(
      fc.property(user, near(60), longitude, fc.integer({ min: 0, max: 359 }), (name, lat, lng, degrees) => {
        const heading = (degrees * Math.PI) / 180;
        let before = approximate(name, lat, lng, START);
        const seen = new Set([keyOf(before)]);
        for (let meters = 0; meters < 3_000; meters += 20) {
          const walked: Place = {
            lat: lat + (meters * Math.cos(heading)) / METERS_PER_DEGREE,
            lng: lng + (meters * Math.sin(heading)) / METERS_PER_DEGREE / Math.cos((lat * Math.PI) / 180),
          };
          const wrapped = walked.lng > 180 ? walked.lng - 360 : walked.lng < -180 ? walked.lng + 360 : walked.lng;
          const place = approximate(name, walked.lat, wrapped, START + meters);
          expect(distance(before, place)).toBeLessThan(2 * HALF_DIAGONAL_METERS * 1.05);
          before = place;
          seen.add(keyOf(place));
        }
        expect(seen.size).toBeLessThanOrEqual(8);
      }),
    );
  });
});

describe('the drift', () => {
  it('moves a friend at rest between two places at most, however long it lasts, and not more often than every 28 days', () => {
    fc.assert(
      fc.property(user, near(60), longitude, (name, lat, lng) => {
        const places = new Set<string>();
        let [changes, before] = [0, ''];
        for (let hours = 0; hours < 10 * 365 * 24; hours += 48) {
          const place = keyOf(approximate(name, lat, lng, START + hours * 3_600_000));
          if (before !== '' && place !== before) changes++;
          before = place;
          places.add(place);
        }
        expect(places.size).toBeLessThanOrEqual(2);
        expect(changes).toBeLessThanOrEqual((10 * 365) / 28 + 1);
      }),
      { numRuns: 20 },
    );
  });

  it('never narrows a friend at rest to less than half a cell: 500 m by 1,000 m', () => {
    fc.assert(
      fc.property(user, near(60), fc.double({ min: -170, max: 170, noNaN: true }), (name, lat, lng) => {
        const times = Array.from({ length: 40 }, (_, i) => START + i * DRIFT_PERIOD_MS);
        const shown = times.map((atMs) => keyOf(approximate(name, lat, lng, atMs)));
        /** Whether a user at that place would have had the same approximate position all the time. */
        const isPossible = (aLat: number, aLng: number) =>
          times.every((atMs, i) => keyOf(approximate(name, aLat, aLng, atMs)) === shown[i]);
        const metersOfLng = METERS_PER_DEGREE * Math.cos((lat * Math.PI) / 180);
        const [west, east] = [-0.05, 0.05].map((d) =>
          borderBetween(lng, lng + d, (value) => isPossible(lat, value)),
        ) as [number, number];
        const [south, north] = [-0.05, 0.05].map((d) =>
          borderBetween(lat, lat + d, (value) => isPossible(value, lng)),
        ) as [number, number];
        expect((east - west) * metersOfLng).toBeGreaterThan(490);
        expect((north - south) * METERS_PER_DEGREE).toBeGreaterThan(990);
      }),
      { numRuns: 20 },
    );
  });

  it('does happen', () => {
    const places = Array.from({ length: 20 }, (_, i) => approximate('ann', 10, 10, START + i * DRIFT_PERIOD_MS));
    const lngs = [...new Set(places.map(({ lng }) => lng))].sort((a, b) => a - b);
    expect(lngs).toHaveLength(2);
    expect(new Set(places.map(({ lat }) => lat)).size).toBe(1);
    const [a, b] = lngs as [number, number];
    expect(distanceMeters(places[0]?.lat ?? 0, a, places[0]?.lat ?? 0, b)).toBeGreaterThan(490);
    expect(distanceMeters(places[0]?.lat ?? 0, a, places[0]?.lat ?? 0, b)).toBeLessThan(510);
  });
});
