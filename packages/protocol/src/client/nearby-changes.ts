/** `nearby:changes`, server → client: everything since the last message, the newest value per friend. */
import { z } from 'zod';
import { userIdSchema } from '../user-id.ts';
import { nearbyFriendSchema } from './nearby-friend.ts';

export const NEARBY_CHANGES = 'nearby:changes';
/** `removed` has no reason: a client cannot distinguish far, inactive, hidden, blocked and offline friends. */
export const nearbyChangesSchema = z.object({ upserts: z.array(nearbyFriendSchema), removed: z.array(userIdSchema) });
export type NearbyChanges = z.infer<typeof nearbyChangesSchema>;
