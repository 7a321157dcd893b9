/** A city of people who know each other: the same one for the same seed. */
import { parseUserId, type UserId } from '@nearby-friends/protocol';
import { randomOf } from '../plain/seeded-random.ts';
import { AddressBook } from '../streets/address-book.ts';
import { RouteFinder } from '../streets/find-route.ts';
import type { StreetGraph } from '../streets/street-graph.ts';
import { Citizen } from './citizen.ts';
import type { CityClock } from './city-clock.ts';
import { makeFriendNetwork, NETWORK } from './friend-network.ts';
import { settlePeople } from './settle-people.ts';

interface CityOptions {
  readonly streets: StreetGraph;
  /** User ids of all people. */
  readonly users: readonly UserId[];
  readonly clock: CityClock;
  readonly seed: number;
  /** Phones never stop reporting. Default: they do. */
  readonly alwaysOn?: boolean;
}

export interface City {
  readonly citizens: readonly Citizen[];
  /** Each friendship once. */
  readonly friendships: readonly (readonly [UserId, UserId])[];
}

export function createCity({ streets, users, clock, seed, alwaysOn = false }: CityOptions): City {
  const addresses = new AddressBook(streets);
  const routes = new RouteFinder(streets);
  const friendships = makeFriendNetwork({ people: users.length, ...NETWORK }, randomOf(seed, 7));
  const biographies = settlePeople({ people: users.length, friendships, addresses, seed });
  return {
    citizens: biographies.map((biography, index) => {
      return new Citizen({ user: userAt(users, index), biography, addresses, routes, clock, alwaysOn });
    }),
    friendships: friendships.map(([one, other]) => [userAt(users, one), userAt(users, other)]),
  };
}

function userAt(users: readonly UserId[], index: number): UserId {
  return parseUserId(users[index]);
}
