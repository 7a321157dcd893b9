/** friend-graph → location: this user has ended sharing; delete the last known position, unless it is newer than that. */
import { z } from 'zod';
import { jsonCodec } from '../codec.ts';
import { userIdSchema } from '../user-id.ts';
import type { Method } from './method.ts';

const requestSchema = z.object({
  user: userIdSchema,
  /** Positions received at this time or earlier are deleted, also those that arrive later; ms on Redis' clock. */
  before: z.number(),
});

export const stopSharing: Method<z.infer<typeof requestSchema>, Record<string, never>> = {
  service: 'location',
  name: 'stop-sharing',
  request: jsonCodec(requestSchema),
  response: jsonCodec(z.object({})),
};
