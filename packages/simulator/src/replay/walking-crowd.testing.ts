/** A made-up crowd that walks about a city: real data must not be copied into the project. */
import { parseUserId, type UserId } from '@nearby-friends/protocol';
import { type Friendships, friendshipsOf } from '../dataset/friendships.ts';
import type { Movement, TimeWindow } from '../dataset/movements.ts';
import { seededRandom } from '../plain/seeded-random.ts';

export interface Crowd {
  readonly friendships: Friendships;
  readonly movements: readonly Movement[];
  readonly window: TimeWindow;
}

const PEOPLE = 80;
const FRIENDS_EACH = 8;
const STEP_MS = 1_000;
/** Degrees; the crowd's square is some 15 km wide, so that most friends are near now and then. */
const CITY = { lat: 37.67, lng: -122.52, width: 0.15 };
const STEP_DEGREES = 0.02;
/** Of a person's steps, those that are reported; the others make some inactive. */
const REPORTED = 0.3;

/** The same crowd for the same seed. One step a second of dataset time. */
export function walkingCrowd(seconds: number, seed = 1): Crowd {
  const random = seededRandom(seed);
  const people = Array.from({ length: PEOPLE }, (_, index) => parseUserId(`walker${index}`));
  const anybody = (): UserId => people[Math.floor(random() * PEOPLE)] ?? parseUserId('walker0');
  const pairs = people.flatMap((person) =>
    Array.from({ length: FRIENDS_EACH / 2 }, () => [person, anybody()] as const).filter(([a, b]) => a !== b),
  );
  const places = new Map(people.map((person) => [person, { lat: random() * CITY.width, lng: random() * CITY.width }]));
  const movements: Movement[] = [];
  for (let step = 0; step < seconds; step += 1) {
    for (const [user, place] of places) {
      place.lat = clamp(place.lat + (random() - 0.5) * STEP_DEGREES);
      place.lng = clamp(place.lng + (random() - 0.5) * STEP_DEGREES);
      if (random() > REPORTED) continue;
      movements.push({ user, atMs: step * STEP_MS, lat: CITY.lat + place.lat, lng: CITY.lng + place.lng });
    }
  }
  return { friendships: friendshipsOf(pairs), movements, window: { fromMs: 0, toMs: seconds * STEP_MS } };
}

/** The friendships as the file that the import reads. */
export function friendshipsCsv(friendships: Friendships): string {
  const lines = [...friendships].flatMap(([user, friends]) =>
    [...friends].filter((friend) => user < friend).map((friend) => `${user},${friend}`),
  );
  return `user,friend\n${lines.join('\n')}\n`;
}

function clamp(offset: number): number {
  return Math.max(0, Math.min(CITY.width, offset));
}
