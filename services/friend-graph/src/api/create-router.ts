/** Turns the descriptions of routes into what Express calls. */
import { CodedError, type UserId, userIdSchema } from '@nearby-friends/protocol';
import { type Request, type RequestHandler, type Response, Router } from 'express';
import { API_PREFIX } from './api-prefix.ts';
import type { Authenticate } from './create-authenticate.ts';
import { nameRoute } from './log-requests.ts';
import { InvalidInputError, parseInput } from './parse-input.ts';
import { answerMethodNotAllowed } from './problem.ts';
import { readBody } from './read-body.ts';
import type { PathId, Route } from './route.ts';

/** Nothing but `routes` is answered, and of each address only its methods. */
export function createRouter({
  routes,
  authenticate,
}: {
  routes: readonly Route[];
  authenticate: Authenticate;
}): Router {
  const router = Router();
  for (const path of new Set(routes.map((route) => route.path))) {
    const ofPath = routes.filter((route) => route.path === path);
    const address = router.route(path.replace('{id}', ':id'));
    address.all(nameRoute(API_PREFIX + path));
    for (const route of ofPath) address[methodName(route)](handlerOf(route, authenticate));
    // Express answers HEAD wherever there is a GET.
    address.all(
      answerMethodNotAllowed(...ofPath.flatMap(({ method }) => (method === 'GET' ? ['GET', 'HEAD'] : [method]))),
    );
  }
  return router;
}

const methodName = ({ method }: Route) => method.toLowerCase() as 'get' | 'post' | 'put' | 'patch' | 'delete';

function handlerOf(route: Route, authenticate: Authenticate): RequestHandler {
  return async (request, response) => {
    const caller = route.access === 'anybody' ? null : await authenticate(request, route.access);
    const query = route.query && parseInput(route.query, request.query);
    const body = route.body && (await readBody(route.body, request, response));
    // After the body: so a wrong body is answered alike for every id.
    const id = route.pathId ? readPathId(route.pathId, request) : null;
    const signal = signalOfLeaving(response);
    try {
      send(response, route, await route.handle({ caller, id, query, body, signal }));
    } catch (error) {
      // In the same words as for what is no id at all.
      throw route.pathId && error instanceof CodedError && error.code === 'not_found' ? noSuchUser() : error;
    }
  };
}

function readPathId({ malformed }: PathId, request: Request): UserId {
  const id = userIdSchema.safeParse(request.params['id']);
  if (id.success) return id.data;
  if (malformed === 'not_found') throw noSuchUser();
  throw new InvalidInputError('The id in the path is no user id.');
}

/** Said of every id that the caller has nothing to do with: whether it exists is nobody's business. */
function noSuchUser(): CodedError {
  return new CodedError('not_found', 'There is nobody with this id in this list of yours.');
}

function signalOfLeaving(response: Response): AbortSignal {
  const leaving = new AbortController();
  response.once('close', () => leaving.abort());
  return leaving.signal;
}

function send(response: Response, { answer }: Route, body: unknown): void {
  response.status(answer.status);
  if (answer.schema) response.json(body);
  else response.end();
}
