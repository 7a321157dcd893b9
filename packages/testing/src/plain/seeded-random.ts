/** Random numbers that are the same in every run, so that a failure can be run again. */
import { seededRandom as randomFrom } from '@nearby-friends/simulator/seeded-random';

/** As the simulator's; `TEST_SEED` gives every test of a run other numbers. */
export function seededRandom(seed: number): () => number {
  const { TEST_SEED } = process.env;
  return randomFrom(TEST_SEED === undefined ? seed : (seed ^ Number(TEST_SEED)) >>> 0);
}
