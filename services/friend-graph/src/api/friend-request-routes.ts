/** `/friend-requests`: asking, accepting, declining, withdrawing. */
import { z } from 'zod';
import type { RequestLists } from '../database/request-repository.ts';
import type { FriendGraph } from '../graph/friend-graph.ts';
import { MAX_LISTED_REQUESTS, MAX_OPEN_REQUESTS } from '../graph/limits.ts';
import { friendSchema, friendToJson, idSchema, timeSchema } from './response-schemas.ts';
import { defineRoute, type Route } from './route.ts';

const outgoingSchema = z.strictObject({ id: idSchema, since: timeSchema }).meta({ id: 'OutgoingRequest' });
export const requestsSchema = z
  .strictObject({
    incoming: z.array(friendSchema),
    outgoing: z.array(outgoingSchema).describe('Without names: the other side need not exist, and nothing here tells.'),
  })
  .meta({
    id: 'FriendRequests',
    description: `The newest first. A list holds at most ${MAX_LISTED_REQUESTS} of them, an export all.`,
  });
const askSchema = z.strictObject({ to: idSchema }).meta({ id: 'FriendRequest' });
const nothingSchema = z.strictObject({});

export function requestsToJson({ incoming, outgoing }: RequestLists): z.infer<typeof requestsSchema> {
  return {
    incoming: incoming.map(friendToJson),
    outgoing: outgoing.map(({ id, since }) => ({ id, since: since.getTime() })),
  };
}

export function friendRequestRoutes({
  graph,
}: {
  graph: Pick<FriendGraph, 'request' | 'accept' | 'declineOrWithdraw' | 'requestsOf'>;
}): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/friend-requests',
      operationId: 'listFriendRequests',
      tag: 'Friend requests',
      summary: 'Who has asked me, and whom I have asked',
      access: 'user',
      answer: { status: 200, description: 'Those that are open.', schema: requestsSchema },
      handle: async ({ caller }) => requestsToJson(await graph.requestsOf(caller.user)),
    }),
    defineRoute({
      method: 'POST',
      path: '/friend-requests',
      operationId: 'askForFriendship',
      tag: 'Friend requests',
      summary: 'Ask somebody',
      description:
        'The answer is the same for a stranger, for somebody who blocks me and for an id that nobody has. ' +
        `Asking somebody who has asked me accepts. At most ${MAX_OPEN_REQUESTS} can be open.`,
      access: 'user',
      body: askSchema,
      answer: { status: 202, description: 'Asked, as far as that is possible.', schema: nothingSchema },
      failures: ['request_limit', 'friend_limit'],
      async handle({ caller, body }) {
        await graph.request(caller.user, body.to);
        return {};
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/friend-requests/{id}/accept',
      operationId: 'acceptFriendRequest',
      tag: 'Friend requests',
      summary: 'Accept',
      description: 'Both see each other exactly from now on, unless one narrows that or is paused.',
      access: 'user',
      pathId: { description: 'Who has asked me.', malformed: 'not_found' },
      answer: { status: 204, description: 'The two are friends.' },
      failures: ['friend_limit'],
      handle: ({ caller, id }) => graph.accept(caller.user, id),
    }),
    defineRoute({
      method: 'DELETE',
      path: '/friend-requests/{id}',
      operationId: 'removeFriendRequest',
      tag: 'Friend requests',
      summary: 'Decline or withdraw',
      access: 'user',
      pathId: { description: 'Who has asked me, or whom I have asked.', malformed: 'invalid_payload' },
      answer: { status: 204, description: 'There is no such request, or no longer.' },
      handle: ({ caller, id }) => graph.declineOrWithdraw(caller.user, id),
    }),
  ];
}
