/** Whether a subject shares its position at all. */
import { z } from 'zod';

export const sharingSchema = z.object({
  /** True: no viewer sees the subject, whatever the grants are. */
  paused: z.boolean(),
  /** At this time, ms since the epoch, `paused` flips; null: never. */
  until: z.number().nullable(),
  /** A position received before this time, ms on Redis' clock, was withheld from all viewers and stays so; absent: none. */
  shownFrom: z.number().optional(),
});
export type Sharing = z.infer<typeof sharingSchema>;

/** The state of a user who has never paused. */
export const SHARING: Sharing = { paused: false, until: null };

/** The state as a gateway holds it: the time is a number, which each delivery compares. */
export interface HeldSharing extends Sharing {
  readonly shownFrom: number;
}

export function holdSharing({ paused, until, shownFrom }: Sharing): HeldSharing {
  // Without the time, from an earlier build, at least a pause that ends by itself says when.
  return { paused, until, shownFrom: shownFrom ?? (paused ? (until ?? 0) : 0) };
}

/** Whether the subject is paused at `now`, ms since the epoch. */
export function isPaused({ paused, until }: Sharing, now: number): boolean {
  return until !== null && now >= until ? !paused : paused;
}
