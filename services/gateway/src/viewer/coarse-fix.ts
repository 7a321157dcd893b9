/** Tells a fix that is much worse than the one before. */
import type { Position } from '@nearby-friends/protocol';

/** Metres. Phones without satellites, by Wi-Fi or one cell, are off by hundreds of metres to a few kilometres. */
const COARSE_METERS = 500;
const COARSE_FACTOR = 4;
/** The fix before counts this long, ms. */
const REMEMBERED_MS = 120_000;

/**
 * Whether the fix must not move anybody onto or off a list by itself (N6): its uncertainty is above 500 m and above four
 * times that of the fix before, of the last two minutes. The next fix is compared with this one, so a second one counts.
 * Times in ms.
 */
export function isCoarseFix(previous: Position, previousAt: number, next: Position, at: number): boolean {
  const { accuracy } = next;
  if (accuracy === undefined || accuracy <= COARSE_METERS || previous.accuracy === undefined) return false;
  return accuracy > COARSE_FACTOR * previous.accuracy && at - previousAt <= REMEMBERED_MS;
}
