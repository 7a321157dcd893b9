/** Random numbers that are the same in every run, so that a city, or a failing test, can be run again. */

/** 0 ≤ x < 1. */
export type Random = () => number;

/** The sequence of that seed (T. Ettinger's mulberry32, public domain). */
export function seededRandom(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** An independent sequence for each number: what one person draws does not depend on the number of others. */
export function randomOf(seed: number, ...numbers: readonly number[]): Random {
  let mixed = seed | 0;
  for (const number of numbers) {
    mixed = Math.imul(mixed ^ (number + 0x9e3779b9), 0x85ebca6b);
    mixed ^= mixed >>> 13;
  }
  return seededRandom(mixed);
}

/** Uniform between the two. */
export function between(random: Random, min: number, max: number): number {
  return min + random() * (max - min);
}

/** Bell-shaped around 0 with standard deviation 1 (Box and Muller's transform). */
export function gaussian(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** One of them. Throws when there is none. */
export function pick<T>(random: Random, items: readonly T[]): T {
  const item = items[Math.floor(random() * items.length)];
  if (item === undefined) throw new RangeError('There is nothing to pick from.');
  return item;
}
