/** `/dev/tokens`: a token for anybody, where that is allowed; elsewhere there is no such address. */
import { userIdSchema } from '@nearby-friends/protocol';
import { Router } from 'express';
import { z } from 'zod';
import type { DevTokenIssuer } from '../dev-token-issuer.ts';
import type { Profiles } from '../profiles.ts';
import { readBody } from './json-body.ts';
import { answerMethodNotAllowed } from './problem.ts';

const requestSchema = z.strictObject({ userId: userIdSchema });

export function devTokenRoutes(options: { profiles: Profiles; issuer: DevTokenIssuer }): Router {
  const { profiles, issuer } = options;
  const router = Router();
  router
    .route('/dev/tokens')
    .post(async (request, response) => {
      const { userId } = await readBody(requestSchema, request, response);
      await profiles.createIfNew(userId);
      response.status(201).json(await issuer.issue(userId));
    })
    .all(answerMethodNotAllowed('POST'));
  return router;
}
