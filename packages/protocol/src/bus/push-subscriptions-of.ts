/** alerts → friend-graph: where a user's alerts go, and which subscriptions have ended. */
import { z } from 'zod';
import { jsonCodec } from '../codec.ts';
import { pushSubscriptionIdSchema, pushSubscriptionSchema } from '../push-subscription.ts';
import { userIdSchema } from '../user-id.ts';
import type { Method } from './method.ts';

/** Push subscriptions of one user; each browser of each device has one. */
export const MAX_PUSH_SUBSCRIPTIONS = 10;

const requestSchema = z.object({ user: userIdSchema });
const responseSchema = z.object({ subscriptions: z.array(pushSubscriptionSchema).max(MAX_PUSH_SUBSCRIPTIONS) });

export const pushSubscriptionsOf: Method<z.infer<typeof requestSchema>, z.infer<typeof responseSchema>> = {
  service: 'friend-graph',
  name: 'push-subscriptions-of',
  request: jsonCodec(requestSchema),
  response: jsonCodec(responseSchema),
};

const endedSchema = z.object({ user: userIdSchema, id: pushSubscriptionIdSchema });

/** The push service has said that the subscription has ended. Does nothing if the user has none with that id. */
export const endPushSubscription: Method<z.infer<typeof endedSchema>, Record<string, never>> = {
  service: 'friend-graph',
  name: 'end-push-subscription',
  request: jsonCodec(endedSchema),
  response: jsonCodec(z.strictObject({})),
};
