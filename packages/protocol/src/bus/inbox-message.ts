/** friend-graph → the gateways that have a session of a user: what concerns that user as a viewer. */
import { z } from 'zod';
import { jsonCodec } from '../codec.ts';
import { grantSchema } from '../grant.ts';
import { radiusMetersSchema } from '../nearby-limits.ts';
import { positionSchema } from '../position.ts';
import { userIdSchema } from '../user-id.ts';

/** A friend became active: subscribe to the friend's channel. */
const friendActiveSchema = z.object({
  kind: z.literal('friend-active'),
  subject: userIdSchema,
  grant: grantSchema,
  at: z.number(),
  position: positionSchema,
});
export type FriendActive = z.infer<typeof friendActiveSchema>;

/** The viewer's own profile changed. */
const profileChangedSchema = z.object({ kind: z.literal('profile-changed'), radiusMeters: radiusMetersSchema });

export const inboxMessageSchema = z.discriminatedUnion('kind', [friendActiveSchema, profileChangedSchema]);
export type InboxMessage = z.infer<typeof inboxMessageSchema>;
export const inboxMessageCodec = jsonCodec(inboxMessageSchema);
