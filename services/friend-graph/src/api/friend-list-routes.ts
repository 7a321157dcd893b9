/** `/friends` and `/viewers`: whom a user sees, and who sees the user, page by page. */
import type { UserId } from '@nearby-friends/protocol';
import { type Request, Router } from 'express';
import { z } from 'zod';
import type {
  FriendListRepository,
  ListedFriend,
  ListedViewer,
  Page,
  PageRequest,
} from '../database/friend-list-repository.ts';
import type { Authenticate } from './authenticated.ts';
import { cursorSchema, encodeCursor } from './cursor.ts';
import { parseInput } from './input.ts';
import { answerMethodNotAllowed } from './problem.ts';

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 200;

const pageSchema = z.object({
  limit: z
    .string()
    .regex(/^\d{1,6}$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.number().min(1).max(MAX_LIMIT))
    .default(DEFAULT_LIMIT),
  cursor: cursorSchema.optional(),
});

export function friendListRoutes(options: { friendLists: FriendListRepository; authenticate: Authenticate }): Router {
  const { friendLists, authenticate } = options;
  const router = Router();
  router
    .route('/friends')
    .get(
      authenticate(async (user, request, response) => {
        response.json(toJson(await friendLists.friendsOf(user, readPageRequest(request)), friendToJson));
      }),
    )
    .all(answerMethodNotAllowed('GET', 'HEAD'));
  router
    .route('/viewers')
    .get(
      authenticate(async (user, request, response) => {
        response.json(toJson(await friendLists.viewersOf(user, readPageRequest(request)), viewerToJson));
      }),
    )
    .all(answerMethodNotAllowed('GET', 'HEAD'));
  return router;
}

function readPageRequest(request: Request): PageRequest {
  const { limit, cursor } = parseInput(pageSchema, request.query);
  return { limit, after: cursor ?? null };
}

function toJson<T extends { id: UserId }, J>({ items, next }: Page<T>, itemToJson: (item: T) => J) {
  return { items: items.map(itemToJson), nextCursor: next === null ? null : encodeCursor(next) };
}

function friendToJson({ id, displayName, since }: ListedFriend) {
  return { id, displayName, since: since.getTime() };
}

function viewerToJson({ precision, until, ...friend }: ListedViewer) {
  return { ...friendToJson(friend), precision, until: until?.getTime() ?? null };
}
