/** gateway → friend-graph: the grants of these viewers; many viewers in one request. */
import { z } from 'zod';
import { jsonCodec } from '../codec.ts';
import { edgeTextSchema, withheldTextSchema } from '../edge-text.ts';
import { graphEpochSchema } from '../graph-epoch.ts';
import { graphVersionSchema } from '../graph-version.ts';
import { userIdSchema } from '../user-id.ts';
import type { Method } from './method.ts';

const viewerEdgesSchema = z.object({
  viewer: userIdSchema,
  radiusMeters: z.number(),
  radiusVersion: graphVersionSchema,
  /** Tokens issued at this time or earlier are revoked, ms since the epoch; null: none is revoked. */
  signedOutBefore: z.number().nullable(),
  /** The account of tokens issued at this time or earlier is erased; null: it never was. Absent from earlier builds. */
  erasedBefore: z.number().nullable().optional(),
  /** Grants that are or may become effective; hidden and expired ones are omitted. */
  edges: edgeTextSchema,
  /** Absent in responses of earlier builds. */
  withheld: withheldTextSchema.optional(),
});
export type ViewerEdges = z.infer<typeof viewerEdgesSchema>;

/** Maximum number of viewers in one request. */
export const MAX_FRIENDS_OF_VIEWERS = 64;

const requestSchema = z.object({ viewers: z.array(userIdSchema).max(MAX_FRIENDS_OF_VIEWERS) });
const responseSchema = z.object({
  viewers: z.array(viewerEdgesSchema),
  /** To which everything in the response belongs. Absent in responses of earlier builds. */
  epoch: graphEpochSchema.optional(),
});

/** The response has every requested viewer. An unknown viewer has no friends and the default radius. */
export const friendsOf: Method<z.infer<typeof requestSchema>, z.infer<typeof responseSchema>> = {
  service: 'friend-graph',
  name: 'friends-of',
  request: jsonCodec(requestSchema),
  response: jsonCodec(responseSchema),
  // Responses are slow during a burst of sign-ons, and a retry would only add load.
  attemptTimeoutMs: 3_000,
};
