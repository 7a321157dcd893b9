/** friend-graph → every gateway, over the stream `graph-events`: what has changed in who may see whom. */
import { z } from 'zod';
import { jsonCodec } from '../codec.ts';
import { grantSchema } from '../grant.ts';
import { graphVersionSchema } from '../graph-version.ts';
import { radiusMetersSchema } from '../nearby-limits.ts';
import { sharingSchema } from '../sharing.ts';
import { userIdSchema } from '../user-id.ts';

/** "The viewer may see the subject" has changed; `grant` is null when there is no such edge any more. */
const edgeSchema = z.object({
  kind: z.literal('edge'),
  version: graphVersionSchema,
  viewer: userIdSchema,
  subject: userIdSchema,
  grant: grantSchema.nullable(),
});
/** The subject has paused or resumed, for all viewers. */
const sharingChangedSchema = z.object({
  kind: z.literal('sharing'),
  version: graphVersionSchema,
  subject: userIdSchema,
  sharing: sharingSchema,
});
/** How far "near" reaches for this user. */
const radiusChangedSchema = z.object({
  kind: z.literal('radius'),
  version: graphVersionSchema,
  user: userIdSchema,
  radiusMeters: radiusMetersSchema,
});
/** Connections of this user whose token was issued at `before` or earlier (ms since the epoch) are to be closed. */
const signedOutSchema = z.object({
  kind: z.literal('signed-out'),
  version: graphVersionSchema,
  user: userIdSchema,
  before: z.number(),
});
/** The user is gone: connections are closed, and every edge from and to the user with a lower version is void. */
const erasedSchema = z.object({
  kind: z.literal('erased'),
  version: graphVersionSchema,
  user: userIdSchema,
  before: z.number(),
});
/** More has changed than is worth telling one by one, as after an import: read everything again. */
const rereadSchema = z.object({ kind: z.literal('reread'), version: graphVersionSchema });

export const graphEventSchema = z.discriminatedUnion('kind', [
  edgeSchema,
  sharingChangedSchema,
  radiusChangedSchema,
  signedOutSchema,
  erasedSchema,
  rereadSchema,
]);
export type GraphEvent = z.infer<typeof graphEventSchema>;
export const graphEventCodec = jsonCodec(graphEventSchema);
