/** Whether a subject shares its position at all. */
import { z } from 'zod';

export const sharingSchema = z.object({
  /** True: no viewer sees the subject, whatever the grants are. */
  paused: z.boolean(),
  /** At this time, ms since the epoch, `paused` flips; null: never. */
  until: z.number().nullable(),
});
export type Sharing = z.infer<typeof sharingSchema>;

/** The state of a user who has never paused. */
export const SHARING: Sharing = { paused: false, until: null };

/** Whether the subject is paused at `now`, ms since the epoch. */
export function isPaused({ paused, until }: Sharing, now: number): boolean {
  return until !== null && now >= until ? !paused : paused;
}
