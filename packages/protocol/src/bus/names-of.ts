/** ingest → friend-graph: the display names of a viewer's friends. */
import { z } from 'zod';
import { jsonCodec } from '../codec.ts';
import { userIdSchema } from '../user-id.ts';
import type { Method } from './method.ts';

/** Maximum number of friends in one request. */
export const MAX_NAMES = 200;

const requestSchema = z.object({ viewer: userIdSchema, friends: z.array(userIdSchema).max(MAX_NAMES) });
/** Who is no friend of the viewer, or hides from it, is left out. */
const responseSchema = z.object({ names: z.array(z.object({ id: userIdSchema, displayName: z.string() })) });

export const namesOf: Method<z.infer<typeof requestSchema>, z.infer<typeof responseSchema>> = {
  service: 'friend-graph',
  name: 'names-of',
  request: jsonCodec(requestSchema),
  response: jsonCodec(responseSchema),
};
