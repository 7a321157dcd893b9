/** `pace:set`, server → client: a friend looks: report this often until a time, and as before after it. */
import { z } from 'zod';

export const PACE_SET = 'pace:set';
export const paceSetSchema = z.object({
  /** ms between two reports. */
  everyMs: z.number(),
  /** ms since the epoch, on the server's clock. */
  until: z.number(),
});
export type PaceSet = z.infer<typeof paceSetSchema>;
