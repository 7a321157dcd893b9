/** friend-graph → any gateway: tell every device of a user; the Socket.IO adapter carries it to all replicas. */
import { z } from 'zod';
import { friendsChangedSchema } from '../client/friends-changed.ts';
import { jsonCodec } from '../codec.ts';
import { userIdSchema } from '../user-id.ts';
import type { Method } from './method.ts';

const requestSchema = z.object({ user: userIdSchema, friendsChanged: friendsChangedSchema });

export const notifyDevices: Method<z.infer<typeof requestSchema>, Record<string, never>> = {
  service: 'gateway',
  name: 'notify-devices',
  request: jsonCodec(requestSchema),
  response: jsonCodec(z.object({})),
};
