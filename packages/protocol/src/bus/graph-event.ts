/** friend-graph → every gateway, over the stream `graph-events`: changes of grants, pauses, radii and sessions. */
import { z } from 'zod';
import { jsonCodec } from '../codec.ts';
import { grantSchema } from '../grant.ts';
import { graphEpochSchema } from '../graph-epoch.ts';
import { graphVersionSchema } from '../graph-version.ts';
import { radiusMetersSchema } from '../nearby-limits.ts';
import { sharingSchema } from '../sharing.ts';
import { userIdSchema } from '../user-id.ts';

/** A viewer's grant for a subject has changed; `grant` is null when the edge is removed. */
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
/** The user's radius for nearby friends has changed. */
const radiusChangedSchema = z.object({
  kind: z.literal('radius'),
  version: graphVersionSchema,
  user: userIdSchema,
  radiusMeters: radiusMetersSchema,
});
/** Connections of this user whose token was issued at `before` or earlier (ms since the epoch) must be closed. */
const signedOutSchema = z.object({
  kind: z.literal('signed-out'),
  version: graphVersionSchema,
  user: userIdSchema,
  before: z.number(),
});
/** The user is erased: connections are closed, and every edge from and to the user with a lower version is void. */
const erasedSchema = z.object({
  kind: z.literal('erased'),
  version: graphVersionSchema,
  user: userIdSchema,
  before: z.number(),
});
/** The user has ended sharing on signing out: no position received at `before` or earlier (ms on Redis' clock) is shown. */
const stoppedSchema = z.object({
  kind: z.literal('stopped'),
  version: graphVersionSchema,
  user: userIdSchema,
  before: z.number(),
});
/** Too much has changed for single events, for example after an import: re-read all grants. */
const rereadSchema = z.object({ kind: z.literal('reread'), version: graphVersionSchema });
/** The database was restored from a backup: forget all rights, whatever their version, and re-read them. */
const epochBeganSchema = z.object({ kind: z.literal('epoch'), version: graphVersionSchema, epoch: graphEpochSchema });

export const graphEventSchema = z.discriminatedUnion('kind', [
  edgeSchema,
  sharingChangedSchema,
  radiusChangedSchema,
  signedOutSchema,
  erasedSchema,
  stoppedSchema,
  rereadSchema,
  epochBeganSchema,
]);
export type GraphEvent = z.infer<typeof graphEventSchema>;
export const graphEventCodec = jsonCodec(graphEventSchema);
