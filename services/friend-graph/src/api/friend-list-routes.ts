/** `/friends` and `GET /viewers` routes: whom a user sees, and who sees the user, page by page. */
import type { EdgeRepository } from '../database/edge-repository.ts';
import type { Friendships } from '../graph/friendships.ts';
import { pageQuerySchema, pageRequestOf, pageSchemaOf, pageToJson } from './paging.ts';
import { friendSchema, friendToJson, viewerSchema, viewerToJson } from './response-schemas.ts';
import { defineRoute, type Route } from './route.ts';

export function friendListRoutes(options: {
  edges: Pick<EdgeRepository, 'friendsOf' | 'viewersOf'>;
  friendships: Pick<Friendships, 'unfriend'>;
}): Route[] {
  const { edges, friendships } = options;
  return [
    defineRoute({
      method: 'GET',
      path: '/friends',
      operationId: 'listFriends',
      tag: 'Friends',
      summary: 'The people I see',
      description: 'Does not reveal whether a friend hides, has paused or is offline.',
      access: 'user',
      query: pageQuerySchema,
      response: { status: 200, description: 'A page, in the order of ids.', schema: pageSchemaOf(friendSchema) },
      handle: async ({ caller, query }) =>
        pageToJson(await edges.friendsOf(caller.user, pageRequestOf(query)), friendToJson),
    }),
    defineRoute({
      method: 'DELETE',
      path: '/friends/{id}',
      operationId: 'endFriendship',
      tag: 'Friends',
      summary: 'End a friendship',
      description: 'In both directions. Responds when neither can see the other any more.',
      access: 'user',
      pathId: { description: 'The friend.', malformed: 'invalid_payload' },
      response: { status: 204, description: 'The two are not friends.' },
      handle: ({ caller, id, signal }) => friendships.unfriend(caller.user, id, signal),
    }),
    defineRoute({
      method: 'GET',
      path: '/viewers',
      operationId: 'listViewers',
      tag: 'Viewers',
      summary: 'The people who see me',
      description: 'With the grant of each; hidden and expired grants are included.',
      access: 'user',
      query: pageQuerySchema,
      response: { status: 200, description: 'A page, in the order of ids.', schema: pageSchemaOf(viewerSchema) },
      handle: async ({ caller, query }) =>
        pageToJson(await edges.viewersOf(caller.user, pageRequestOf(query)), viewerToJson),
    }),
  ];
}
