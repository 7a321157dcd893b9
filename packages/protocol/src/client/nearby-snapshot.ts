/** `nearby:snapshot`, server → client: the whole list, sorted by distance. */
import { z } from 'zod';
import { nearbyFriendSchema } from './nearby-friend.ts';

export const NEARBY_SNAPSHOT = 'nearby:snapshot';
export const nearbySnapshotSchema = z.object({ radiusMeters: z.number(), friends: z.array(nearbyFriendSchema) });
export type NearbySnapshot = z.infer<typeof nearbySnapshotSchema>;
