/** `/me`: a user's own profile. */
import { radiusMetersSchema } from '@nearby-friends/protocol';
import { Router } from 'express';
import { z } from 'zod';
import type { Profile } from '../database/user-repository.ts';
import type { Profiles } from '../profiles.ts';
import type { Authenticate } from './authenticated.ts';
import { readBody } from './json-body.ts';
import { answerMethodNotAllowed } from './problem.ts';

const MAX_DISPLAY_NAME_LENGTH = 100;
/** No control characters and no halves of surrogate pairs: PostgreSQL and screens can take the rest. */
const PRINTABLE = /^[^\p{Cc}\p{Cs}]*$/u;

const changeSchema = z.strictObject({
  displayName: z
    .string()
    .trim()
    .min(1)
    .max(MAX_DISPLAY_NAME_LENGTH)
    .regex(PRINTABLE, 'must not hold control characters')
    .optional(),
  radiusMeters: radiusMetersSchema.optional(),
});

export function profileRoutes(options: { profiles: Profiles; authenticate: Authenticate }): Router {
  const { profiles, authenticate } = options;
  const router = Router();
  router
    .route('/me')
    .get(
      authenticate(async (user, _request, response) => {
        response.json(toJson(await profiles.read(user)));
      }),
    )
    .patch(
      authenticate(async (user, request, response) => {
        const change = await readBody(changeSchema, request, response);
        response.json(toJson(await profiles.change(user, change)));
      }),
    )
    .all(answerMethodNotAllowed('GET', 'HEAD', 'PATCH'));
  return router;
}

function toJson({ id, displayName, radiusMeters, createdAt }: Profile) {
  return { id, displayName, radiusMeters, createdAt: createdAt.getTime() };
}
