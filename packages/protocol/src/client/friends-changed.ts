/**
 * `friends:changed`, server → client: a friendship was requested, accepted or removed, or the display name of a friend, or
 * the user's own, has changed; sent to every device of the user.
 */
import { z } from 'zod';
import { userIdSchema } from '../user-id.ts';

export const FRIENDS_CHANGED = 'friends:changed';
export const friendsChangedSchema = z.object({
  kind: z.enum(['requested', 'accepted', 'removed', 'renamed']),
  userId: userIdSchema,
});
export type FriendsChanged = z.infer<typeof friendsChangedSchema>;
