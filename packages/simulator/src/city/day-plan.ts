/** The plan of one person's day: where they go, and when. */
import { between, pick, type Random } from '../plain/seeded-random.ts';

/** How a person spends their days. */
export type Occupation = 'office' | 'student' | 'courier' | 'at home';

/** The kind of a destination; the resident chooses the place. */
export type Destination = 'home' | 'work' | 'lunch' | 'evening' | 'errand';

export interface Intention {
  /** When they set out, minutes of the day; more than 1,440 is after midnight. */
  readonly at: number;
  readonly to: Destination;
}

const HOUR = 60;
const DAYS_PER_WEEK = 7;
const WORKING_DAYS = 5;

/** Each day begins at home; the intentions are in order. Days are counted from a Monday, 0. */
export function planDay(occupation: Occupation, day: number, random: Random): Intention[] {
  const isWorkingDay = day % DAYS_PER_WEEK < WORKING_DAYS;
  if (!isWorkingDay && occupation !== 'courier') return freeDay(random);
  switch (occupation) {
    case 'office':
      return workingDay(random, { begins: 8 * HOUR, lunch: 12 * HOUR, ends: 17.25 * HOUR, goesOut: 0.4 });
    case 'student':
      return workingDay(random, { begins: 9 * HOUR, lunch: 12.5 * HOUR, ends: 15 * HOUR, goesOut: 0.7 });
    case 'courier':
      return roundsOf(random);
    case 'at home':
      return freeDay(random);
  }
}

interface WorkingHours {
  /** Minutes of the day, give or take an hour. */
  readonly begins: number;
  readonly lunch: number;
  readonly ends: number;
  /** How likely they go somewhere before they go home. */
  readonly goesOut: number;
}

const GOES_TO_LUNCH = 0.75;

function workingDay(random: Random, { begins, lunch, ends, goesOut }: WorkingHours): Intention[] {
  const intentions: Intention[] = [{ at: begins + between(random, -60, 60), to: 'work' }];
  if (random() < GOES_TO_LUNCH) {
    const out = lunch + between(random, -30, 30);
    intentions.push({ at: out, to: 'lunch' }, { at: out + between(random, 30, 65), to: 'work' });
  }
  const leaves = ends + between(random, -60, 60);
  if (random() >= goesOut) return [...intentions, { at: leaves, to: 'home' }, ...laterThatEvening(random, leaves)];
  return [...intentions, { at: leaves, to: 'evening' }, { at: leaves + between(random, 75, 240), to: 'home' }];
}

const WALKS_IN_THE_EVENING = 0.25;

function laterThatEvening(random: Random, cameHome: number): Intention[] {
  if (random() >= WALKS_IN_THE_EVENING) return [];
  const out = cameHome + between(random, 90, 180);
  return [
    { at: out, to: 'errand' },
    { at: out + between(random, 15, 60), to: 'home' },
  ];
}

const MIN_ROUND_MINUTES = 8;
const MAX_ROUND_MINUTES = 25;

/** From one address to the next, all day long. */
function roundsOf(random: Random): Intention[] {
  const begins = between(random, 6.5 * HOUR, 9 * HOUR);
  const ends = begins + between(random, 9 * HOUR, 11 * HOUR);
  const intentions: Intention[] = [];
  for (let at = begins; at < ends; at += between(random, MIN_ROUND_MINUTES, MAX_ROUND_MINUTES)) {
    intentions.push({ at, to: 'errand' });
  }
  return [...intentions, { at: ends, to: 'home' }];
}

/** Two or three times out and back. */
function freeDay(random: Random): Intention[] {
  const outings = pick(random, [2, 2, 3]);
  const intentions: Intention[] = [];
  let at = between(random, 8 * HOUR, 11 * HOUR);
  for (let outing = 0; outing < outings; outing += 1) {
    const back = at + between(random, 40, 150);
    intentions.push({ at, to: outing === outings - 1 ? 'evening' : 'errand' }, { at: back, to: 'home' });
    at = back + between(random, 45, 150);
  }
  return intentions;
}
