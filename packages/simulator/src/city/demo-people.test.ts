/** The names of the demonstration city are user ids, one each, and what is offered to newcomers exists. */
import { describe, expect, it } from '@jest/globals';
import { distanceMeters } from '@nearby-friends/geo';
import { userIdSchema } from '@nearby-friends/protocol';
import { AddressBook } from '../streets/address-book.ts';
import { loadCityStreets } from '../streets/city-streets.ts';
import { DEMO_HOME, DEMO_NAMES, DEMO_PERSON, demoPeople } from './demo-people.ts';

describe('the people of the demonstration', () => {
  it('have a user id each, however many they are', () => {
    const ids = [DEMO_PERSON, ...demoPeople(500)].map(({ id }) => userIdSchema.parse(id));
    expect(new Set(ids).size).toBe(501);
  });

  it('begin with those who are offered as names', () => {
    expect(demoPeople(DEMO_NAMES.length)).toEqual(DEMO_NAMES);
    expect(demoPeople(DEMO_NAMES.length + 1).at(-1)).toEqual({ id: 'ada-2', displayName: 'Ada 2' });
  });

  it('surround the demo user', async () => {
    const { middle } = new AddressBook(await loadCityStreets());
    expect(distanceMeters(DEMO_HOME.lat, DEMO_HOME.lng, middle.lat, middle.lng)).toBeLessThan(100);
  });
});
