/** Gives each person of a friend network a home, a workplace and habits, so that friends meet. */

import { pick, type Random, randomOf } from '../plain/seeded-random.ts';
import type { AddressBook } from '../streets/address-book.ts';
import type { Occupation } from './day-plan.ts';
import type { Pair } from './friend-network.ts';
import type { Biography } from './resident.ts';

/** How far around the middle people live, and work, metres (see `AddressBook.around`). */
const HOMES_METERS = 4_500;
const WORK_METERS = 2_500;
/** How far from their first friend those live who moved there for them. */
const NEIGHBOURHOOD_METERS = 600;
const LIVES_NEAR_A_FRIEND = 0.4;
const WORKS_WITH_A_FRIEND = 0.4;
/** People per place to go out to, and such places per person. */
const PEOPLE_PER_HAUNT = 8;
const HAUNTS_EACH = 3;

/** As often as each stands here. */
const OCCUPATIONS: readonly Occupation[] = ['office', 'office', 'student', 'courier', 'at home'];
const VEHICLES = ['bike', 'bike', 'car', 'car', 'none'] as const;
const COURIERS_VEHICLES = ['bike', 'car'] as const;

/** One for each of `people`; the same for the same seed, whatever else happens. */
export function settlePeople(options: {
  readonly people: number;
  readonly friendships: readonly Pair[];
  readonly addresses: AddressBook;
  readonly seed: number;
}): Biography[] {
  const { people, friendships, addresses, seed } = options;
  const firstFriend = new Map<number, number>();
  for (const [earlier, later] of friendships) if (!firstFriend.has(later)) firstFriend.set(later, earlier);
  const town = randomOf(seed, 3);
  const haunts = Array.from({ length: Math.max(HAUNTS_EACH, Math.ceil(people / PEOPLE_PER_HAUNT)) }, () =>
    addresses.around(addresses.middle, WORK_METERS, town),
  );
  const settled: Biography[] = [];
  for (let person = 0; person < people; person += 1) {
    const random = randomOf(seed, 4, person);
    settled.push(settle(settled[firstFriend.get(person) ?? -1], { addresses, haunts, random }));
  }
  return settled;
}

function settle(
  friend: Biography | undefined,
  { addresses, haunts, random }: { addresses: AddressBook; haunts: readonly number[]; random: Random },
): Biography {
  const occupation = pick(random, OCCUPATIONS);
  const nearFriend = friend !== undefined && random() < LIVES_NEAR_A_FRIEND;
  const withFriend = friend !== undefined && random() < WORKS_WITH_A_FRIEND;
  return {
    occupation,
    home: nearFriend
      ? addresses.around(addresses.placeOf(friend.home), NEIGHBOURHOOD_METERS, random)
      : addresses.around(addresses.middle, HOMES_METERS, random),
    work: withFriend ? friend.work : addresses.around(addresses.middle, WORK_METERS, random),
    haunts: Array.from({ length: HAUNTS_EACH }, () => pick(random, haunts)),
    vehicle: pick(random, occupation === 'courier' ? COURIERS_VEHICLES : VEHICLES),
    seed: Math.floor(random() * 2 ** 32),
  };
}
