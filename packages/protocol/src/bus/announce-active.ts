/** location → friend-graph: these users became active; tell whoever has them as a friend. */
import { z } from 'zod';
import { jsonCodec } from '../codec.ts';
import { positionSchema } from '../position.ts';
import { userIdSchema } from '../user-id.ts';
import type { Method } from './method.ts';

export const MAX_ANNOUNCED_USERS = 256;

const requestSchema = z.object({
  active: z.array(z.object({ user: userIdSchema, at: z.number(), position: positionSchema })).max(MAX_ANNOUNCED_USERS),
});

/** Answered once every `friend-active` has been handed to Redis; that answer marks the entries as announced. */
export const announceActive: Method<z.infer<typeof requestSchema>, Record<string, never>> = {
  service: 'friend-graph',
  name: 'announce-active',
  request: jsonCodec(requestSchema),
  response: jsonCodec(z.object({})),
  // In a rush of sign-ons an answer takes its time, and asking twice would only add to the rush.
  attemptTimeoutMs: 3_000,
};
