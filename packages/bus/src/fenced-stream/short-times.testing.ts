/** A fifth of all fence times, so that tests can wait for them. `fence.test.ts` checks the real ones. */
import { jest } from '@jest/globals';

export const shortTimes = { FENCE_MS: 1_000, FOLLOWER_EXPIRY_MS: 1_200, READ_BLOCK_MS: 200 };

/** Call it first, and import modules that use the times dynamically after it. */
export function shortenTimes(): void {
  jest.unstable_mockModule('./fence-times.ts', () => shortTimes);
}
