/** `/friend-requests` routes: send, accept, decline, withdraw. */
import type { Grant } from '@nearby-friends/protocol';
import type { Clock } from '@nearby-friends/service-kit';
import { z } from 'zod';
import type { RequestLists } from '../database/request-repository.ts';
import type { FriendRequests } from '../graph/friend-requests.ts';
import { MAX_LISTED_REQUESTS, MAX_OPEN_REQUESTS } from '../graph/limits.ts';
import { choiceShape, grantSchema, requireFuture } from './grant-schemas.ts';
import { friendSchema, friendToJson, idSchema, timeSchema } from './response-schemas.ts';
import { defineRoute, type Route } from './route.ts';

const outgoingSchema = z
  .strictObject({ id: idSchema, since: timeSchema, ...grantSchema.shape })
  .meta({ id: 'OutgoingRequest', description: 'With what I grant the recipient from the acceptance on.' });
export const requestsSchema = z
  .strictObject({
    incoming: z.array(friendSchema),
    outgoing: z
      .array(outgoingSchema)
      .describe('Without names: the recipient may not exist, and the list does not reveal it.'),
  })
  .meta({
    id: 'FriendRequests',
    description: `Newest first. A list contains at most ${MAX_LISTED_REQUESTS} requests, an export all.`,
  });
const requestSchema = z.strictObject({ to: idSchema, ...choiceShape }).meta({ id: 'FriendRequest' });
const acceptanceSchema = z.strictObject(choiceShape).meta({ id: 'Acceptance' });
const emptySchema = z.strictObject({});

export function requestsToJson({ incoming, outgoing }: RequestLists): z.infer<typeof requestsSchema> {
  return {
    incoming: incoming.map(friendToJson),
    outgoing: outgoing.map(({ id, since, precision, until }) => ({
      id,
      since: since.getTime(),
      precision,
      until: until?.getTime() ?? null,
    })),
  };
}

/** Undefined: the user has made no choice. */
function choiceOf({ precision, until }: z.infer<typeof acceptanceSchema>, clock: Clock): Grant | undefined {
  requireFuture(until, clock);
  if (precision === undefined && until === undefined) return undefined;
  return { precision: precision ?? 'exact', until: until ?? null };
}

export function friendRequestRoutes(options: { requests: FriendRequests; clock: Clock }): Route[] {
  const { requests, clock } = options;
  return [
    defineRoute({
      method: 'GET',
      path: '/friend-requests',
      operationId: 'listFriendRequests',
      tag: 'Friend requests',
      summary: 'Friend requests to me and from me',
      access: 'user',
      response: { status: 200, description: 'The open requests.', schema: requestsSchema },
      handle: async ({ caller }) => requestsToJson(await requests.requestsOf(caller.user)),
    }),
    defineRoute({
      method: 'POST',
      path: '/friend-requests',
      operationId: 'askForFriendship',
      tag: 'Friend requests',
      summary: 'Send a friend request',
      description:
        'The response is the same for a stranger, for a user who blocks me and for an unknown id. A request to a user ' +
        'who has sent me one accepts it. Nothing is seen before the acceptance; from then on each sees what the other has ' +
        'chosen. Repeated with another choice, the request changes; between friends a choice can only restrict the ' +
        `grant. At most ${MAX_OPEN_REQUESTS} requests can be open.`,
      access: 'user',
      body: requestSchema,
      response: { status: 202, description: 'Accepted for delivery.', schema: emptySchema },
      failures: ['request_limit', 'friend_limit'],
      async handle({ caller, body, signal }) {
        await requests.request(caller.user, body.to, choiceOf(body, clock), signal);
        return {};
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/friend-requests/{id}/accept',
      operationId: 'acceptFriendRequest',
      tag: 'Friend requests',
      summary: 'Accept',
      description:
        'From now on each sees what the other has chosen, exactly and without end by default, unless one restricts the ' +
        'grant or is paused. The body may be left out.',
      access: 'user',
      pathId: { description: 'The sender of the request.', malformed: 'not_found' },
      body: acceptanceSchema,
      isBodyOptional: true,
      response: { status: 204, description: 'The two are friends.' },
      failures: ['friend_limit'],
      handle: ({ caller, id, body, signal }) => requests.accept(caller.user, id, choiceOf(body, clock), signal),
    }),
    defineRoute({
      method: 'DELETE',
      path: '/friend-requests/{id}',
      operationId: 'removeFriendRequest',
      tag: 'Friend requests',
      summary: 'Decline or withdraw',
      access: 'user',
      pathId: { description: 'The sender or the recipient of the request.', malformed: 'invalid_payload' },
      response: { status: 204, description: 'There is no such request.' },
      handle: ({ caller, id }) => requests.declineOrWithdraw(caller.user, id),
    }),
  ];
}
