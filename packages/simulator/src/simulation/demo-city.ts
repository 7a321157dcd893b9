/** The city that is on the map of a local stack: its people, and who is a friend of the one that a newcomer signs in as. */
import { parseUserId } from '@nearby-friends/protocol';
import { type City, foundCity } from '../city/city.ts';
import { CityClock } from '../city/city-clock.ts';
import { DEMO_PERSON, demoPeople } from '../city/demo-people.ts';
import type { GraphApi } from '../client/graph-api.ts';
import { inTurns } from '../client/make-friends.ts';
import { randomOf } from '../seeded-random.ts';
import type { StreetGraph } from '../streets/street-graph.ts';

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

/** Gives everybody of the city their name, and the newcomer as well; asks before it changes anything. */
export async function nameEverybody(api: Pick<GraphApi, 'name'>, { citizens }: DemoCity): Promise<void> {
  await inTurns([DEMO_PERSON, ...demoPeople(citizens.length)], ({ id, displayName }) =>
    api.name(parseUserId(id), displayName),
  );
}
