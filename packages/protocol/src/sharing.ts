/** Whether a subject lets anybody see it at all. */
import { z } from 'zod';

export const sharingSchema = z.object({
  /** True: nobody sees the subject, whatever the grants say. */
  paused: z.boolean(),
  /** At this time, ms since the epoch, it becomes the opposite; null: it stays. */
  until: z.number().nullable(),
});
export type Sharing = z.infer<typeof sharingSchema>;

/** What holds for whoever has never paused. */
export const SHARING: Sharing = { paused: false, until: null };

/** Whether the subject is paused at `now`, ms since the epoch. */
export function isPaused({ paused, until }: Sharing, now: number): boolean {
  return until !== null && now >= until ? !paused : paused;
}
