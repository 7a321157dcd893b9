/** To the gateways that have a session of a user: messages to that user, from friend-graph and from other gateways. */
import { z } from 'zod';
import { jsonCodec } from '../codec.ts';
import { grantSchema } from '../grant.ts';
import { graphVersionSchema } from '../graph-version.ts';
import { positionSchema } from '../position.ts';
import { sharingSchema } from '../sharing.ts';
import { userIdSchema } from '../user-id.ts';

/** A friend became active: subscribe to the friend's channel. */
const friendActiveSchema = z.object({
  kind: z.literal('friend-active'),
  subject: userIdSchema,
  grant: grantSchema,
  /** Version of the grant. */
  version: graphVersionSchema,
  /** Null when the friend has never paused. */
  sharing: z.object({ sharing: sharingSchema, version: graphVersionSchema }).nullable(),
  at: z.number(),
  position: positionSchema,
  /** See `PositionRecord`. */
  lifetimeMs: z.number().optional(),
  /** End of the stream of graph events before the grant was read. Absent in messages of earlier builds. */
  asOf: z.object({ epoch: z.string().max(64), last: z.string().max(64) }).optional(),
  /** Id of the database's epoch before the grant was read. Absent in messages of earlier builds. */
  graphEpoch: z.string().max(64).optional(),
});
export type FriendActive = z.infer<typeof friendActiveSchema>;

/** A gateway → those of a subject: a viewer looks at the user now. Does not say who, nor how many. */
const viewedSchema = z.object({ kind: z.literal('viewed') });

export const inboxMessageSchema = z.discriminatedUnion('kind', [friendActiveSchema, viewedSchema]);
export type InboxMessage = z.infer<typeof inboxMessageSchema>;
export const inboxMessageCodec = jsonCodec(inboxMessageSchema);
