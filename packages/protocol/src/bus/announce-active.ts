/** location → friend-graph: these users became active; notify the users who have them as friends. */
import { z } from 'zod';
import { jsonCodec } from '../codec.ts';
import { positionSchema } from '../position.ts';
import { userIdSchema } from '../user-id.ts';
import type { Method } from './method.ts';

export const MAX_ANNOUNCED_USERS = 256;

const activeUserSchema = z.object({
  user: userIdSchema,
  at: z.number(),
  position: positionSchema,
  /** See `PositionRecord`. */
  lifetimeMs: z.number().optional(),
});
const requestSchema = z.object({ active: z.array(activeUserSchema).max(MAX_ANNOUNCED_USERS) });

/** The response comes once Redis has accepted every `friend-active`; then location marks the entries as announced. */
export const announceActive: Method<z.infer<typeof requestSchema>, Record<string, never>> = {
  service: 'friend-graph',
  name: 'announce-active',
  request: jsonCodec(requestSchema),
  response: jsonCodec(z.object({})),
  // Responses are slow during a burst of sign-ons, and a retry would only add load.
  attemptTimeoutMs: 3_000,
};
