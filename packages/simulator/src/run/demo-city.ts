/** The city that is on the map of a local stack: its people, and who is a friend of the one that a newcomer signs in as. */
import { parseUserId, type UserId } from '@nearby-friends/protocol';
import { type City, foundCity } from '../city/city.ts';
import { CityClock } from '../city/city-clock.ts';
import { DEMO_PERSON, demoPeople } from '../city/demo-people.ts';
import { randomOf } from '../city/seeded-random.ts';
import type { GraphApi } from '../client/graph-api.ts';
import type { StreetGraph } from '../streets/street-graph.ts';
import { inTurns, makeFriends } from './make-friends.ts';

/** It begins on the way to work, and has no nights: whoever looks is to see something. Minutes of the day. */
const BEGINS = 7.75 * 60;
const HOURS = { from: 7 * 60, to: 22 * 60 } as const;
/** Of all people, those who know the newcomer. */
const KNOW_THE_NEWCOMER = 0.65;

export interface DemoCity extends City {
  /** Friendships of the one whom nobody simulates. */
  readonly newcomersFriendships: City['friendships'];
}

export function foundDemoCity(options: {
  readonly streets: StreetGraph;
  readonly people: number;
  /** How many times as fast as life it runs. */
  readonly pace: number;
  readonly seed: number;
  /** When it begins, ms of the clock that it runs on. */
  readonly startsAtMs: number;
}): DemoCity {
  const { streets, people, pace, seed, startsAtMs } = options;
  const users = demoPeople(people).map(({ id }) => parseUserId(id));
  const clock = new CityClock({ startsAtMs, startMinute: BEGINS, pace, hours: HOURS });
  const newcomer = parseUserId(DEMO_PERSON.id);
  const acquaintances = users.filter((_, index) => randomOf(seed, 8, index)() < KNOW_THE_NEWCOMER);
  return {
    ...foundCity({ streets, users, clock, seed }),
    newcomersFriendships: acquaintances.map((user) => [newcomer, user]),
  };
}

/**
 * Makes what is missing of the friendships and gives everybody their name, the newcomer's first: they are whom somebody is
 * waiting for. Answers how many friends the newcomer has here.
 */
export async function introduce(
  api: Pick<GraphApi, 'friendsOf' | 'befriend' | 'name'>,
  city: DemoCity,
): Promise<number> {
  const { friendships, newcomersFriendships, citizens } = city;
  await makeFriends(api, newcomersFriendships);
  const names = new Map<UserId, string>(
    [DEMO_PERSON, ...demoPeople(citizens.length)].map(({ id, displayName }) => [parseUserId(id), displayName]),
  );
  await inTurns([...names], ([user, name]) => api.name(user, name));
  await makeFriends(api, friendships);
  return newcomersFriendships.length;
}
