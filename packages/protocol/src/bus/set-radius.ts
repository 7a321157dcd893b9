/** gateway → friend-graph: keep this user's radius; every session of the user hears of it over its inbox. */
import { z } from 'zod';
import { jsonCodec } from '../codec.ts';
import { radiusMetersSchema } from '../nearby-limits.ts';
import { userIdSchema } from '../user-id.ts';
import type { Method } from './method.ts';

const requestSchema = z.object({ user: userIdSchema, radiusMeters: radiusMetersSchema });

export const setRadius: Method<z.infer<typeof requestSchema>, Record<string, never>> = {
  service: 'friend-graph',
  name: 'set-radius',
  request: jsonCodec(requestSchema),
  response: jsonCodec(z.object({})),
};
