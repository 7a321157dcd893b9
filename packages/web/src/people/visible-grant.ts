/** What a grant means at a time, and how it is shown and hidden again without becoming a wider one. */
import type { Grant } from '@nearby-friends/client';

/** A grant that has ended is given again for this long, ms: the shortest time on offer. */
export const RENEWAL_MS = 3_600_000;

/** Whether the grant makes the user visible at a time, ms since the epoch. */
export function isVisible({ precision, until }: Grant, at: number): boolean {
  return precision !== 'hidden' && (until === null || at < until);
}

/** The end of a grant that is given again: as it was, or, if that has passed, one hour. */
export function renewedEnd(until: number | null, at: number): number | null {
  return until === null || at < until ? until : at + RENEWAL_MS;
}
