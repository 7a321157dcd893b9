/** A fifth of all times of the fence, so that tests can wait for them; `fence.test.ts` holds what they are in earnest. */
import { jest } from '@jest/globals';

export const shortTimes = { FENCE_MS: 1_000, FOLLOWER_EXPIRY_MS: 1_200, READ_BLOCK_MS: 200 };

/** To be called first; what uses the times is to be imported dynamically after it. */
export function shortenTimes(): void {
  jest.unstable_mockModule('./fence-times.ts', () => shortTimes);
}
