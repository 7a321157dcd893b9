/** friend-graph → location: these users are erased; delete their last known positions. */
import { z } from 'zod';
import { jsonCodec } from '../codec.ts';
import { userIdSchema } from '../user-id.ts';
import type { Method } from './method.ts';

const requestSchema = z.object({ users: z.array(userIdSchema).max(1_000) });

export const forgetUsers: Method<z.infer<typeof requestSchema>, Record<string, never>> = {
  service: 'location',
  name: 'forget-users',
  request: jsonCodec(requestSchema),
  response: jsonCodec(z.object({})),
};
