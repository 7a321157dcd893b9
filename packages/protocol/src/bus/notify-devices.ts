/** friend-graph → any gateway: notify every device of a user. The Socket.IO adapter reaches all replicas. */
import { z } from 'zod';
import { friendsChangedSchema } from '../client/friends-changed.ts';
import { jsonCodec } from '../codec.ts';
import { userIdSchema } from '../user-id.ts';
import type { Method } from './method.ts';

/** Gateways of earlier builds know only the first form. They refuse the second, which is lost until the next one. */
const requestSchema = z.union([
  z.object({ user: userIdSchema, friendsChanged: friendsChangedSchema }),
  /** The user's own settings: whether the user shares at all, or what viewers may see. */
  z.object({ user: userIdSchema, changed: z.enum(['sharing', 'viewers']) }),
]);
export type DeviceNotice = z.infer<typeof requestSchema>;

export const notifyDevices: Method<DeviceNotice, Record<string, never>> = {
  service: 'gateway',
  name: 'notify-devices',
  request: jsonCodec(requestSchema),
  response: jsonCodec(z.object({})),
};
