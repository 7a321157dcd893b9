/** friend-graph → any gateway: notify every device of a user. The Socket.IO adapter reaches all replicas. */
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
