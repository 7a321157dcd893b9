/** The past of friend-graph's database that statements about rights belong to. */
import { z } from 'zod';

/**
 * Versions order statements within an epoch. A database that was restored from a backup begins a new one: changes after the
 * backup are undone, so nothing that was known before is certain, whatever its version.
 */
export const graphEpochSchema = z.object({
  id: z.string().max(64),
  /** ms on Redis' clock; later than that of every epoch before. Positions received before it are not shown any more. */
  began: z.number(),
});
export type GraphEpoch = z.infer<typeof graphEpochSchema>;
