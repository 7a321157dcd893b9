/** The delay before the next attempt to connect. */

const FIRST_MS = 1_000;
export const MAX_DELAY_MS = 30_000;

/**
 * Doubles with each failure up to 30 s. The second half of the delay is random, so that clients that lost their
 * connection together do not reconnect together ("equal jitter", M. Brooker, AWS Architecture Blog, 2015).
 *
 * @param failures the number of failed attempts; 0: the connection was just lost
 * @param random 0 ≤ x < 1
 */
export function reconnectDelayMs(failures: number, random: number): number {
  const maxMs = Math.min(MAX_DELAY_MS, FIRST_MS * 2 ** failures);
  return maxMs / 2 + (random * maxMs) / 2;
}
