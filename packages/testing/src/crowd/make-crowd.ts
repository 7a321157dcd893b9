/** A made-up crowd for replays: people who walk about a city and know each other. */
import { parseUserId, type UserId } from '@nearby-friends/protocol';
import { type Friendships, friendshipsOf, type Movement } from '@nearby-friends/simulator';
import { FERRY_BUILDING } from '../plain/places.ts';
import { seededRandom } from '../plain/seeded-random.ts';

export interface Crowd {
  readonly pairs: readonly (readonly [UserId, UserId])[];
  readonly friendships: Friendships;
  /** Sorted by time; the first report is at 0 s. */
  readonly movements: readonly Movement[];
}

/** Half the width of the city, degrees: about 11 km north to south, so that some friends are near and some are not. */
const CITY_DEGREES = 0.05;
/** How far one step leads at most, degrees: fast enough for friends to come and go within seconds. */
const STEP_DEGREES = 0.01;

/** `people` of about `friendsEach` friends, reporting every `intervalMs` at phases of their own for `durationMs`. */
export function makeCrowd(options: {
  name: string;
  people: number;
  friendsEach: number;
  intervalMs: number;
  durationMs: number;
  seed: number;
}): Crowd {
  const random = seededRandom(options.seed);
  const users = Array.from({ length: options.people }, (_, i) => parseUserId(`${options.name}-${i}`));
  const pairs = Array.from(
    { length: (options.people * options.friendsEach) / 2 },
    () => [pick(users, random), pick(users, random)] as const,
  ).filter(([a, b]) => a !== b);
  const movements = users.flatMap((user) => walk(user, options, random));
  return { pairs, friendships: friendshipsOf(pairs), movements: movements.sort((a, b) => a.atMs - b.atMs) };
}

function walk(
  user: UserId,
  { intervalMs, durationMs }: { intervalMs: number; durationMs: number },
  random: () => number,
): Movement[] {
  const steps: Movement[] = [];
  const around = (center: number, width: number) => center + (random() * 2 - 1) * width;
  let lat = around(FERRY_BUILDING.lat, CITY_DEGREES);
  let lng = around(FERRY_BUILDING.lng, CITY_DEGREES);
  for (let atMs = random() * intervalMs; atMs < durationMs; atMs += intervalMs) {
    steps.push({ user, atMs, lat, lng });
    lat = around(lat, STEP_DEGREES);
    lng = around(lng, STEP_DEGREES);
  }
  return steps;
}

function pick<T>(items: readonly T[], random: () => number): T {
  const item = items[Math.floor(random() * items.length)];
  if (item === undefined) throw new RangeError('nothing to pick from');
  return item;
}
