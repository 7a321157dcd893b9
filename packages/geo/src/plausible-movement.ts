/** Tells plausible movements from jumps: positions in many places may serve to locate more than the own friends. */
import type { Place } from './approximate.ts';
import { distanceMeters } from './distance.ts';

/** Delayed positions arrive together: two of them count as at least this far apart, ms. */
const MIN_INTERVAL_MS = 1_000;

/** So many jumps are tolerated, e.g. of a receiver without a fix; one is regained every 2 s. */
export const TOLERATED_JUMPS = { perSecond: 0.5, burst: 30 } as const;

/** Whether a movement between two positions, degrees at a time in ms, is not faster than `maxSpeed`, m/s. 0: any is. */
export function isPlausibleMove(from: Place & { at: number }, to: Place & { at: number }, maxSpeed: number): boolean {
  if (maxSpeed === 0) return true;
  const seconds = Math.max(to.at - from.at, MIN_INTERVAL_MS) / 1000;
  return distanceMeters(from.lat, from.lng, to.lat, to.lng) <= maxSpeed * seconds;
}
