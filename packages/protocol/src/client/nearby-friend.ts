/** A nearby friend as sent to a viewer. */
import { z } from 'zod';
import { positionSchema } from '../position.ts';
import { userIdSchema } from '../user-id.ts';

export const nearbyFriendSchema = positionSchema.extend({
  id: userIdSchema,
  /** Great-circle metres from the viewer on a sphere of radius 6,371,008.8 m. */
  distance: z.number().min(0),
  /** When the position was received, ms since the epoch. */
  at: z.number(),
  /** `approximate`: a grid point; accuracy, heading and speed are absent. */
  precision: z.enum(['exact', 'approximate']),
  /**
   * The friend stays on the list for this long after `at` without a newer position, if its device reports rarely and has asked
   * for that. Absent: for the deployment's TTL.
   */
  staysVisibleSeconds: z.number().min(0).optional(),
});
export type NearbyFriend = z.infer<typeof nearbyFriendSchema>;
