/** gateway → friend-graph: whom these viewers may see, and how; many viewers in one question. */
import { z } from 'zod';
import { jsonCodec } from '../codec.ts';
import { edgeTextSchema } from '../edge-text.ts';
import { graphVersionSchema } from '../graph-version.ts';
import { userIdSchema } from '../user-id.ts';
import type { Method } from './method.ts';

const viewerEdgesSchema = z.object({
  viewer: userIdSchema,
  radiusMeters: z.number(),
  radiusVersion: graphVersionSchema,
  /** Tokens issued at this time or earlier are void, ms since the epoch; null: none was called back. */
  signedOutBefore: z.number().nullable(),
  /** Grants that deliver now or may still run out; hidden and ended ones are left out. */
  edges: edgeTextSchema,
});
export type ViewerEdges = z.infer<typeof viewerEdgesSchema>;

/** How many viewers one question may name. */
export const MAX_FRIENDS_OF_VIEWERS = 64;

const requestSchema = z.object({ viewers: z.array(userIdSchema).max(MAX_FRIENDS_OF_VIEWERS) });
const responseSchema = z.object({ viewers: z.array(viewerEdgesSchema) });

/** The answer holds every viewer asked for; one who is unknown has no friends and the default radius. */
export const friendsOf: Method<z.infer<typeof requestSchema>, z.infer<typeof responseSchema>> = {
  service: 'friend-graph',
  name: 'friends-of',
  request: jsonCodec(requestSchema),
  response: jsonCodec(responseSchema),
  // In a rush of sign-ons an answer takes its time, and asking twice would only add to the rush.
  attemptTimeoutMs: 3_000,
};
