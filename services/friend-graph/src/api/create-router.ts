/** Creates the Express router of the described routes. */
import { CodedError, userIdSchema } from '@nearby-friends/protocol';
import type { Clock } from '@nearby-friends/service-kit';
import { type Request, type RequestHandler, type Response, Router } from 'express';
import { API_PREFIX } from './api-prefix.ts';
import type { Authenticate } from './create-authenticate.ts';
import type { LateRequests } from './late-requests.ts';
import { nameRoute } from './log-requests.ts';
import { InvalidInputError, parseInput } from './parse-input.ts';
import { respondMethodNotAllowed } from './problem.ts';
import { readBody } from './read-body.ts';
import type { Caller, PathId, Route } from './route.ts';

interface RouterOptions {
  readonly routes: readonly Route[];
  readonly authenticate: Authenticate;
  readonly lateRequests: Pick<LateRequests, 'check'>;
  readonly clock: Clock;
}

export function createRouter({ routes, ...options }: RouterOptions): Router {
  const router = Router();
  for (const path of new Set(routes.map((route) => route.path))) {
    const ofPath = routes.filter((route) => route.path === path);
    const address = router.route(path.replace('{id}', ':id'));
    address.all(nameRoute(API_PREFIX + path));
    for (const route of ofPath) address[methodName(route)](handlerOf(route, options));
    // Express serves HEAD wherever there is a GET.
    address.all(
      respondMethodNotAllowed(...ofPath.flatMap(({ method }) => (method === 'GET' ? ['GET', 'HEAD'] : [method]))),
    );
  }
  return router;
}

const methodName = ({ method }: Route) => method.toLowerCase() as 'get' | 'post' | 'put' | 'patch' | 'delete';

function handlerOf(route: Route, { authenticate, lateRequests, clock }: Omit<RouterOptions, 'routes'>): RequestHandler {
  const isChange = route.method !== 'GET';
  const handle = async (
    request: Request,
    response: Response,
    caller: Caller | null,
    receivedAt: number,
  ): Promise<void> => {
    const query = route.query && parseInput(route.query, request.query);
    const body = route.body && (await readBody(route, route.body, request, response));
    // After the body, so that an invalid body gets the same response for every id.
    const id = route.pathId ? readPathId(route.pathId, request) : null;
    const signal = abortOnClose(response);
    // Last, since everything before may have had to wait.
    if (isChange) lateRequests.check(receivedAt);
    try {
      send(response, route, await route.handle({ caller, id, query, body, signal }));
    } catch (error) {
      // The same text as for an invalid id.
      throw route.pathId && error instanceof CodedError && error.code === 'not_found' ? userNotFound() : error;
    }
  };
  const { access } = route;
  if (access === 'public') return (request, response) => handle(request, response, null, clock.now());
  return (request, response) => {
    const receivedAt = clock.now();
    return authenticate(request, access, (caller) => handle(request, response, caller, receivedAt));
  };
}

function readPathId({ malformed, schema = userIdSchema }: PathId, request: Request): string {
  const id = schema.safeParse(request.params['id']);
  if (id.success) return id.data;
  if (malformed === 'not_found') throw userNotFound();
  throw new InvalidInputError('The id in the path is malformed.');
}

/** The same for every id unrelated to the caller: the response must not reveal whether the id exists. */
function userNotFound(): CodedError {
  return new CodedError('not_found', 'This list has no user with this id.');
}

function abortOnClose(response: Response): AbortSignal {
  const controller = new AbortController();
  response.once('close', () => controller.abort());
  return controller.signal;
}

function send(response: Response, { response: described }: Route, body: unknown): void {
  response.status(described.status);
  if (described.schema) response.json(body);
  else response.end();
}
