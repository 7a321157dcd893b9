/** How long to wait before the next attempt to connect. */

const FIRST_MS = 1_000;
export const MAX_DELAY_MS = 30_000;

/**
 * Doubles with each failure, up to 30 s, and takes a random part of the second half of that, so that clients who were
 * cut off together do not come back together ("equal jitter", M. Brooker, AWS Architecture Blog, 2015).
 *
 * @param failures how many attempts have failed; 0: the connection was just lost
 * @param random 0 ≤ x < 1
 */
export function reconnectDelayMs(failures: number, random: number): number {
  const most = Math.min(MAX_DELAY_MS, FIRST_MS * 2 ** failures);
  return most / 2 + (random * most) / 2;
}
