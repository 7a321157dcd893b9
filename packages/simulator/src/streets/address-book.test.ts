/** The nearest address, compared with a search of all. */
import { describe, expect, it } from '@jest/globals';
import { distanceMeters } from '@nearby-friends/geo';
import fc from 'fast-check';
import { seededRandom } from '../plain/seeded-random.ts';
import { AddressBook } from './address-book.ts';
import { smallTown } from './small-town.testing.ts';

const town = smallTown(8, 500);
const book = new AddressBook(town);

describe('the address book', () => {
  it('finds the nearest one of any place in the city', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -0.015, max: 0.015, noNaN: true }),
        fc.double({ min: -0.02, max: 0.02, noNaN: true }),
        (north, east) => {
          const place = { lat: book.middle.lat + north, lng: book.middle.lng + east };
          const metersTo = (address: number): number => {
            const { lat, lng } = book.placeOf(address);
            return distanceMeters(place.lat, place.lng, lat, lng);
          };
          const nearest = Math.min(...town.addresses.map(metersTo));
          expect(metersTo(book.nearest(place))).toBeCloseTo(nearest, 6);
        },
      ),
    );
  });

  it('finds one at the edge for places outside', () => {
    expect(town.addresses).toContain(book.nearest({ lat: 0, lng: 0 }));
  });

  it('finds some around a place, near it for the most part', () => {
    const random = seededRandom(1);
    const meters = Array.from({ length: 400 }, () => {
      const { lat, lng } = book.placeOf(book.around(book.middle, 600, random));
      return distanceMeters(book.middle.lat, book.middle.lng, lat, lng);
    }).sort((a, b) => a - b);
    expect(meters[200]).toBeGreaterThan(300);
    expect(meters[200]).toBeLessThan(1_000);
  });
});
