/** The HTTP API under `/api/v1` and its documents, put together from its routes. */
import type { Clock, Logger, TokenVerifier, Tracer } from '@nearby-friends/service-kit';
import express, { type Express } from 'express';
import helmet from 'helmet';
import type { FriendListRepository } from '../database/friend-list-repository.ts';
import type { ForgetPosition } from '../graph/accounts.ts';
import type { FriendGraph } from '../graph/friend-graph.ts';
import type { FriendGraphMetrics } from '../metrics/friend-graph-metrics.ts';
import { accountRoutes } from './account-routes.ts';
import { API_PREFIX } from './api-prefix.ts';
import { blockRoutes } from './block-routes.ts';
import { createAuthenticate } from './create-authenticate.ts';
import { createRouter } from './create-router.ts';
import type { DevTokenIssuer } from './dev-token-issuer.ts';
import { devTokenRoutes } from './dev-token-routes.ts';
import { DOCS_PATH } from './docs/docs-pages.ts';
import { docsRouter } from './docs/docs-routes.ts';
import { friendListRoutes } from './friend-list-routes.ts';
import { friendRequestRoutes } from './friend-request-routes.ts';
import { logRequests } from './log-requests.ts';
import { answerNotFound, answerProblem } from './problem.ts';
import { profileRoutes } from './profile-routes.ts';
import type { Route } from './route.ts';
import { sharingRoutes } from './sharing-routes.ts';

export interface ApiOptions {
  readonly graph: FriendGraph;
  readonly friendLists: FriendListRepository;
  readonly isKnown: Parameters<typeof accountRoutes>[0]['isKnown'];
  readonly forgetPosition: ForgetPosition;
  readonly verifier: TokenVerifier;
  /** null: there is no `/dev/tokens`. */
  readonly devTokenIssuer: DevTokenIssuer | null;
  readonly metrics: FriendGraphMetrics;
  readonly tracer: Tracer;
  readonly clock: Clock;
  readonly logger: Logger;
}

export function createApi(options: ApiOptions): Express {
  const { graph, verifier, metrics, tracer, clock, logger } = options;
  const routes = routesOf(options);
  const app = express();
  // Every answer is one person's own: nobody keeps it, so nobody compares it.
  app.set('etag', false);
  app.use(logRequests({ logger, metrics, tracer, clock }));
  app.use(helmet());
  app.use((_request, response, next) => {
    response.setHeader('Cache-Control', 'no-store');
    next();
  });
  const authenticate = createAuthenticate({ verifier, revocations: graph.revocations });
  app.use(API_PREFIX, createRouter({ routes, authenticate }));
  app.use(DOCS_PATH, docsRouter(routes));
  app.use(answerNotFound);
  app.use(answerProblem(logger));
  return app;
}

/** All there are, in the order in which the document shows them. */
function routesOf({ graph, friendLists, isKnown, forgetPosition, devTokenIssuer, clock }: ApiOptions): Route[] {
  const { profiles } = graph;
  return [
    ...profileRoutes({ profiles }),
    ...sharingRoutes({ graph, clock }),
    ...friendListRoutes({ friendLists, graph }),
    ...friendRequestRoutes({ graph }),
    ...blockRoutes({ graph }),
    ...accountRoutes({ graph, forgetPosition, isKnown, clock }),
    ...(devTokenIssuer ? devTokenRoutes({ profiles, issuer: devTokenIssuer }) : []),
  ];
}
