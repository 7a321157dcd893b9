/** gateway → friend-graph: store this user's radius. A graph event notifies every session of the user. */
import { z } from 'zod';
import { jsonCodec } from '../codec.ts';
import { graphVersionSchema } from '../graph-version.ts';
import { radiusMetersSchema } from '../nearby-limits.ts';
import { userIdSchema } from '../user-id.ts';
import type { Method } from './method.ts';

const requestSchema = z.object({
  user: userIdSchema,
  radiusMeters: radiusMetersSchema,
  /** When the token of the session was issued, ms since the epoch; null: it does not say. Absent from earlier gateways. */
  issuedAt: z.number().nullable().optional(),
});
const responseSchema = z.object({ version: graphVersionSchema });

export const setRadius: Method<z.infer<typeof requestSchema>, z.infer<typeof responseSchema>> = {
  service: 'friend-graph',
  name: 'set-radius',
  request: jsonCodec(requestSchema),
  response: jsonCodec(responseSchema),
};
