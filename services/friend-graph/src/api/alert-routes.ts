/** The routes of alerts: when a user wants them, of whom, and where they go. */
import { MAX_PUSH_SUBSCRIPTIONS } from '@nearby-friends/protocol';
import type { Clock } from '@nearby-friends/service-kit';
import type { Alerts } from '../graph/alerts.ts';
import {
  alertsChangeSchema,
  alertsSchema,
  alertsToJson,
  muteSchema,
  pushKeySchema,
  subscribedSchema,
  subscriptionIdSchema,
  subscriptionRequestSchema,
} from './alert-schemas.ts';
import { InvalidInputError } from './parse-input.ts';
import { defineRoute, type Route } from './route.ts';

export function alertRoutes({ alerts, clock }: { alerts: Alerts; clock: Clock }): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/push/key',
      operationId: 'getPushKey',
      tag: 'Alerts',
      summary: 'The key to subscribe to push messages with',
      access: 'user',
      failures: ['push_off'],
      response: { status: 200, description: 'The same until the operator replaces it.', schema: pushKeySchema },
      handle: async () => ({ key: await alerts.pushKey() }),
    }),
    defineRoute({
      method: 'PUT',
      path: '/me/push-subscriptions',
      operationId: 'subscribeToPush',
      tag: 'Alerts',
      summary: 'Add or renew a push subscription',
      description:
        'Of this browser, for me alone: a user who had it before loses it. Call it again at each start of the app; at most ' +
        `${MAX_PUSH_SUBSCRIPTIONS} are kept, and the one renewed the longest time ago makes room. Signing out everywhere removes all.`,
      access: 'user',
      body: subscriptionRequestSchema,
      response: { status: 200, description: 'Alerts go there, once they are on.', schema: subscribedSchema },
      handle: async ({ caller, body }) => ({ id: await alerts.subscribe(caller, body) }),
    }),
    defineRoute({
      method: 'DELETE',
      path: '/me/push-subscriptions/{id}',
      operationId: 'unsubscribeFromPush',
      tag: 'Alerts',
      summary: 'Remove a push subscription',
      access: 'user',
      pathId: { description: 'One of my subscriptions.', malformed: 'invalid_payload', schema: subscriptionIdSchema },
      response: { status: 204, description: 'There is no such subscription.' },
      handle: ({ caller, id }) => alerts.unsubscribe(caller.user, id),
    }),
    defineRoute({
      method: 'GET',
      path: '/me/alerts',
      operationId: 'getAlerts',
      tag: 'Alerts',
      summary: 'When I want to be alerted',
      access: 'user',
      response: { status: 200, description: 'Off by default.', schema: alertsSchema },
      handle: async ({ caller }) => alertsToJson(await alerts.settingsOf(caller.user)),
    }),
    defineRoute({
      method: 'PATCH',
      path: '/me/alerts',
      operationId: 'changeAlerts',
      tag: 'Alerts',
      summary: 'Turn alerts on or off, or change them',
      description:
        'Of friends who come near, of friend requests and of their acceptance, by a push message to each of my ' +
        'subscriptions, while I have no app connected. docs/alerts.md says when.',
      access: 'user',
      body: alertsChangeSchema,
      response: { status: 200, description: 'As they are now.', schema: alertsSchema },
      handle: async ({ caller, body }) => alertsToJson(await alerts.change(caller.user, body)),
    }),
    defineRoute({
      method: 'PUT',
      path: '/friends/{id}/alerts',
      operationId: 'muteFriend',
      tag: 'Alerts',
      summary: 'Get no alerts of a friend for a while',
      description: 'The friend cannot detect it. It ends with the friendship.',
      access: 'user',
      pathId: { description: 'The friend.', malformed: 'not_found' },
      body: muteSchema,
      response: { status: 204, description: 'It is so.' },
      async handle({ caller, id, body: { mutedUntil } }) {
        if (mutedUntil !== null && mutedUntil <= clock.now()) {
          const defect = { path: 'mutedUntil', message: 'must be in the future' };
          throw new InvalidInputError('The request is invalid at mutedUntil; see "errors".', [defect]);
        }
        await alerts.mute(caller.user, id, mutedUntil);
      },
    }),
  ];
}
