/** The HTTP API under `/api/v1`, put together from its routes. */
import type { Clock, Logger, TokenVerifier } from '@nearby-friends/service-kit';
import express, { type Express } from 'express';
import helmet from 'helmet';
import type { FriendListRepository } from '../database/friend-list-repository.ts';
import type { DevTokenIssuer } from '../dev-token-issuer.ts';
import type { FriendGraphMetrics } from '../friend-graph-metrics.ts';
import type { Profiles } from '../profiles.ts';
import { API_PREFIX } from './api-prefix.ts';
import { createAuthenticate } from './authenticated.ts';
import { devTokenRoutes } from './dev-token-routes.ts';
import { friendListRoutes } from './friend-list-routes.ts';
import { answerNotFound, answerProblem } from './problem.ts';
import { profileRoutes } from './profile-routes.ts';
import { logRequests } from './request-log.ts';

export interface ApiOptions {
  readonly profiles: Profiles;
  readonly friendLists: FriendListRepository;
  readonly verifier: TokenVerifier;
  /** null: there is no `/dev/tokens`. */
  readonly devTokenIssuer: DevTokenIssuer | null;
  readonly metrics: FriendGraphMetrics;
  readonly clock: Clock;
  readonly logger: Logger;
}

export function createApi(options: ApiOptions): Express {
  const { profiles, friendLists, devTokenIssuer, metrics, clock, logger } = options;
  const authenticate = createAuthenticate(options.verifier);
  const app = express();
  // Every answer is one person's own: nobody keeps it, so nobody compares it.
  app.set('etag', false);
  app.use(logRequests({ logger, metrics, clock }));
  app.use(helmet());
  app.use((_request, response, next) => {
    response.setHeader('Cache-Control', 'no-store');
    next();
  });
  const routes = [profileRoutes({ profiles, authenticate }), friendListRoutes({ friendLists, authenticate })];
  if (devTokenIssuer) routes.push(devTokenRoutes({ profiles, issuer: devTokenIssuer }));
  app.use(API_PREFIX, ...routes);
  app.use(answerNotFound);
  app.use(answerProblem(logger));
  return app;
}
