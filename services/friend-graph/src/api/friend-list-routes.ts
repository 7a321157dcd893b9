/** `/friends`, and reading `/viewers`: whom a user sees, and who sees the user, page by page. */
import type { FriendListRepository } from '../database/friend-list-repository.ts';
import type { FriendGraph } from '../graph/friend-graph.ts';
import { pageQuerySchema, pageRequestOf, pageSchemaOf, pageToJson } from './paging.ts';
import { friendSchema, friendToJson, viewerSchema, viewerToJson } from './response-schemas.ts';
import { defineRoute, type Route } from './route.ts';

export function friendListRoutes(options: {
  friendLists: FriendListRepository;
  graph: Pick<FriendGraph, 'unfriend'>;
}): Route[] {
  const { friendLists, graph } = options;
  return [
    defineRoute({
      method: 'GET',
      path: '/friends',
      operationId: 'listFriends',
      tag: 'Friends',
      summary: 'The people I see',
      description: 'Nothing tells whether a friend hides, has paused or is offline.',
      access: 'user',
      query: pageQuerySchema,
      answer: { status: 200, description: 'A page, in the order of ids.', schema: pageSchemaOf(friendSchema) },
      handle: async ({ caller, query }) =>
        pageToJson(await friendLists.friendsOf(caller.user, pageRequestOf(query)), friendToJson),
    }),
    defineRoute({
      method: 'DELETE',
      path: '/friends/{id}',
      operationId: 'endFriendship',
      tag: 'Friends',
      summary: 'End a friendship',
      description: 'In both directions. Answered when neither can see the other any more.',
      access: 'user',
      pathId: { description: 'The friend.', malformed: 'invalid_payload' },
      answer: { status: 204, description: 'There is no such friendship, or no longer.' },
      handle: ({ caller, id, signal }) => graph.unfriend(caller.user, id, signal),
    }),
    defineRoute({
      method: 'GET',
      path: '/viewers',
      operationId: 'listViewers',
      tag: 'Viewers',
      summary: 'The people who see me',
      description: 'With what I grant each of them; grants that are hidden or have ended are listed too.',
      access: 'user',
      query: pageQuerySchema,
      answer: { status: 200, description: 'A page, in the order of ids.', schema: pageSchemaOf(viewerSchema) },
      handle: async ({ caller, query }) =>
        pageToJson(await friendLists.viewersOf(caller.user, pageRequestOf(query)), viewerToJson),
    }),
  ];
}
