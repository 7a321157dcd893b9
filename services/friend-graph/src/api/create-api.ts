/** Creates the HTTP API under `/api/v1` and its documents from the routes. */
import type { Clock, Logger, TokenVerifier, Tracer } from '@nearby-friends/service-kit';
import express, { type Express } from 'express';
import helmet from 'helmet';
import type { Repositories } from '../database/create-repositories.ts';
import type { FriendGraph } from '../graph/compose-graph.ts';
import type { UserLimits } from '../lanes/user-limits.ts';
import type { FriendGraphMetrics } from '../metrics/friend-graph-metrics.ts';
import { accountRoutes } from './account-routes.ts';
import { alertRoutes } from './alert-routes.ts';
import { allowOrigins } from './allow-origins.ts';
import { API_PREFIX } from './api-prefix.ts';
import { blockRoutes } from './block-routes.ts';
import { createAuthenticate } from './create-authenticate.ts';
import { createRouter } from './create-router.ts';
import type { DevTokenIssuer } from './dev-token-issuer.ts';
import { devTokenRoutes } from './dev-token-routes.ts';
import { deviceRoutes } from './device-routes.ts';
import { DOCS_PATH } from './docs/docs-pages.ts';
import { docsRouter } from './docs/docs-routes.ts';
import { friendListRoutes } from './friend-list-routes.ts';
import { friendRequestRoutes } from './friend-request-routes.ts';
import { inviteRoutes } from './invite-routes.ts';
import type { LateRequests } from './late-requests.ts';
import { logRequests } from './log-requests.ts';
import { respondNotFound, respondProblem } from './problem.ts';
import { profileRoutes } from './profile-routes.ts';
import { refuseAmbiguousPaths } from './refuse-ambiguous-paths.ts';
import type { Route } from './route.ts';
import { sharingRoutes } from './sharing-routes.ts';

/** nginx asks here whether this replica responds, before it sends a change (O3). Clients cannot reach it. */
const PROBE_PATH = '/probe';

interface ApiOptions {
  readonly graph: FriendGraph;
  readonly repositories: Pick<Repositories, 'edges' | 'blocks'>;
  readonly verifier: TokenVerifier;
  readonly limits: Pick<UserLimits, 'run'>;
  readonly lateRequests: Pick<LateRequests, 'check'>;
  /** null: there is no `/dev/tokens`. */
  readonly devTokenIssuer: DevTokenIssuer | null;
  /** Origins whose pages may call it, besides those of its own host. */
  readonly allowedOrigins: readonly string[];
  /** The address of the deployment in browsers, without a slash at its end; empty if it is not known. */
  readonly publicUrl: string;
  readonly metrics: FriendGraphMetrics;
  readonly tracer: Tracer;
  readonly clock: Clock;
  readonly logger: Logger;
}

export function createApi(options: ApiOptions): Express {
  const { graph, verifier, metrics, tracer, clock, logger } = options;
  const routes = createRoutes(options);
  const app = express();
  // Every response belongs to one user and is not cached, so that no client compares ETags.
  app.set('etag', false);
  app.get(PROBE_PATH, (_request, response) => {
    response.status(204).end();
  });
  app.use(logRequests({ logger, metrics, tracer, clock }));
  for (const handler of allowOrigins(options.allowedOrigins)) app.use(handler);
  app.use(helmet());
  app.use((_request, response, next) => {
    response.setHeader('Cache-Control', 'no-store');
    next();
  });
  app.use(refuseAmbiguousPaths);
  const authenticate = createAuthenticate({ verifier, limits: options.limits, admission: graph.admission });
  app.use(API_PREFIX, createRouter({ routes, authenticate, lateRequests: options.lateRequests, clock }));
  app.use(DOCS_PATH, docsRouter(routes, options.publicUrl));
  app.use(respondNotFound);
  app.use(respondProblem(logger));
  return app;
}

/** In the order in which the document shows them. */
function createRoutes({ graph, repositories, devTokenIssuer, clock }: ApiOptions): Route[] {
  const {
    requests,
    invites,
    friendships,
    sharing,
    sharingEnd,
    accounts,
    devices,
    alerts,
    admission,
    exporter,
    profiles,
  } = graph;
  const { edges, blocks } = repositories;
  return [
    ...profileRoutes({ profiles }),
    ...sharingRoutes({ friendships, sharing, clock }),
    ...friendListRoutes({ edges, friendships }),
    ...friendRequestRoutes({ requests, clock }),
    ...inviteRoutes({ invites, clock }),
    ...blockRoutes({ friendships, blocks }),
    ...deviceRoutes({ devices }),
    ...alertRoutes({ alerts, clock }),
    ...accountRoutes({ accounts, sharingEnd, exporter, clock }),
    ...(devTokenIssuer ? devTokenRoutes({ profiles, admission, issuer: devTokenIssuer, clock }) : []),
  ];
}
