/** A whole city on the real streets: its people keep to them, to their speeds and to their day. */
import { beforeAll, describe, expect, it } from '@jest/globals';
import { distanceMeters } from '@nearby-friends/geo';
import { parseUserId, positionSchema } from '@nearby-friends/protocol';
import { randomOf } from '../plain/seeded-random.ts';
import { AddressBook } from '../streets/address-book.ts';
import { loadCityStreets } from '../streets/city-streets.ts';
import { RouteFinder } from '../streets/find-route.ts';
import type { StreetGraph } from '../streets/street-graph.ts';
import { TRAVEL, topSpeed } from '../streets/travel-mode.ts';
import { type City, createCity } from './city.ts';
import { CityClock } from './city-clock.ts';
import { makeFriendNetwork, NETWORK } from './friend-network.ts';
import { Resident } from './resident.ts';
import { settlePeople } from './settle-people.ts';

const PEOPLE = 40;
const HOUR = 60;
const MINUTE_MS = 60_000;
const FASTEST = topSpeed(TRAVEL.car);
let streets: StreetGraph;
beforeAll(async () => {
  streets = await loadCityStreets();
});

function residents(startHour: number, hours?: { from: number; to: number }): { people: Resident[]; clock: CityClock } {
  const addresses = new AddressBook(streets);
  const friendships = makeFriendNetwork({ people: PEOPLE, ...NETWORK }, randomOf(1, 7));
  const clock = new CityClock({ startsAtMs: 0, startMinute: startHour * HOUR, pace: 1, ...(hours ? { hours } : {}) });
  const routes = new RouteFinder(streets);
  const biographies = settlePeople({ people: PEOPLE, friendships, addresses, seed: 1 });
  return { people: biographies.map((biography) => new Resident({ biography, addresses, routes, clock })), clock };
}

function city(pace = 1, startHour = 8): City {
  const clock = new CityClock({ startsAtMs: 0, startMinute: startHour * HOUR, pace });
  return createCity({ streets, users: Array.from({ length: PEOPLE }, (_, i) => parseUserId(`p${i}`)), clock, seed: 1 });
}

describe('residents', () => {
  it.each([
    ['around the clock', undefined],
    ['when nights are left out', { from: 7 * HOUR, to: 22 * HOUR }],
  ])('are never anywhere they could not have got to, %s', (_what, hours) => {
    const { people } = residents(7, hours);
    let farthest = 0;
    for (const resident of people) {
      let before = resident.motionAt(0);
      for (let minute = 1; minute < 24 * HOUR; minute += 1) {
        const now = resident.motionAt(minute * MINUTE_MS);
        farthest = Math.max(farthest, distanceMeters(before.lat, before.lng, now.lat, now.lng));
        before = now;
      }
    }
    expect(farthest).toBeLessThanOrEqual(FASTEST * 60 + 1);
    expect(farthest).toBeGreaterThan(400);
  });

  it('are home at night, at work in the forenoon, and many are under way in the morning', () => {
    const { people } = residents(3);
    const at = (hour: number): { home: number; moving: number } => {
      for (const resident of people) resident.motionAt((hour - 3) * HOUR * MINUTE_MS);
      const moving = people.filter(({ mode }) => mode !== undefined).length;
      return { home: people.filter(({ isHome }) => isHome).length, moving };
    };
    const [night, morning, forenoon] = [at(3.5), at(8.5), at(10.5)];
    expect(night).toEqual({ home: PEOPLE, moving: 0 });
    expect(morning.moving).toBeGreaterThan(PEOPLE / 6);
    expect(forenoon.home).toBeLessThan(PEOPLE / 3);
  });

  it('go on foot, by bicycle, by car and by bus', () => {
    const { people } = residents(7);
    const modes = new Set<string>();
    for (let minute = 0; minute < 12 * HOUR; minute += 2) {
      for (const resident of people) {
        resident.motionAt(minute * MINUTE_MS);
        if (resident.mode !== undefined) modes.add(resident.mode);
      }
    }
    expect([...modes].sort()).toEqual(['bike', 'bus', 'car', 'walk']);
  });

  it('are under way already when the city begins in the morning', () => {
    const { people } = residents(8.5);
    for (const resident of people) resident.motionAt(0);
    expect(people.filter(({ mode }) => mode !== undefined).length).toBeGreaterThan(PEOPLE / 10);
  });
});

describe('a city', () => {
  it('is the same in every run, report by report', () => {
    const play = () =>
      city(4).citizens.map((citizen) => Array.from({ length: 20 }, (_, step) => citizen.at(step * 20_000)));
    expect(play()).toEqual(play());
  });

  it('does not change for some when there are others', () => {
    const clock = new CityClock({ startsAtMs: 0, startMinute: 8 * HOUR, pace: 1 });
    const users = ['a', 'b', 'c'].map(parseUserId);
    const [first] = createCity({ streets, users, clock, seed: 1 }).citizens;
    expect(first?.at(1_000).position).toEqual(city().citizens[0]?.at(1_000).position);
  });

  it('reports what the protocol takes', () => {
    for (const citizen of city(8).citizens) {
      for (let step = 0; step < 100; step += 1) {
        expect(() => positionSchema.parse(citizen.at(step * 2_000).position)).not.toThrow();
      }
    }
  });
});
