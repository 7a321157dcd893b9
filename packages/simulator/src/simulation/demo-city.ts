/** The city on the map of a local stack: its people, and the friends of the demo user. */
import { parseUserId } from '@nearby-friends/protocol';
import { type City, createCity } from '../city/city.ts';
import { CityClock } from '../city/city-clock.ts';
import { DEMO_PERSON, demoPeople } from '../city/demo-people.ts';
import type { GraphApi } from '../client/graph-api.ts';
import { forEachConcurrently } from '../client/make-friends.ts';
import { randomOf } from '../plain/seeded-random.ts';
import type { StreetGraph } from '../streets/street-graph.ts';

/** It begins at the commute, and has no nights, so that there is always movement to see. Minutes of the day. */
const BEGINS = 7.75 * 60;
const HOURS = { from: 7 * 60, to: 22 * 60 } as const;
/** Of all people, those who know the newcomer. */
const KNOW_THE_NEWCOMER = 0.65;

export interface DemoCity extends City {
  /** Friendships of the demo user, who is not simulated. */
  readonly newcomersFriendships: City['friendships'];
}

export function createDemoCity(options: {
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
    ...createCity({ streets, users, clock, seed }),
    newcomersFriendships: acquaintances.map((user) => [newcomer, user]),
  };
}

/** Names all people of the city, and the demo user as well; changes only names that differ. */
export async function nameAll(api: Pick<GraphApi, 'name'>, { citizens }: DemoCity): Promise<void> {
  await forEachConcurrently([DEMO_PERSON, ...demoPeople(citizens.length)], ({ id, displayName }) =>
    api.name(parseUserId(id), displayName),
  );
}
