/** `/dev/tokens` route: a token for any user. It exists only where `DEV_TOKENS` is true. */
import type { Clock } from '@nearby-friends/service-kit';
import { z } from 'zod';
import type { Admission } from '../graph/admission.ts';
import type { Profiles } from '../graph/profiles.ts';
import type { DevTokenIssuer } from './dev-token-issuer.ts';
import { idSchema, timeSchema } from './response-schemas.ts';
import { defineRoute, type Route } from './route.ts';

const requestSchema = z
  .strictObject({
    userId: idSchema,
    newAccount: z.boolean().default(false).describe('True: begin a new account if the one with this id was erased.'),
  })
  .meta({ id: 'DevTokenRequest' });
const tokenSchema = z.strictObject({ token: z.string(), expiresAt: timeSchema }).meta({ id: 'DevToken' });

export function devTokenRoutes(options: {
  profiles: Pick<Profiles, 'createIfNew'>;
  admission: Pick<Admission, 'admit'>;
  issuer: DevTokenIssuer;
  clock: Clock;
}): Route[] {
  const { profiles, admission, issuer, clock } = options;
  return [
    defineRoute({
      method: 'POST',
      path: '/dev/tokens',
      operationId: 'issueDevToken',
      tag: 'Development',
      summary: 'A token for any user',
      description:
        'Only where DEV_TOKENS is true, for development and tests. Creates an unknown user. For an erased account it fails ' +
        'with account_erased, so that a client that fetches tokens by itself does not bring it back; newAccount starts a new account.',
      failures: ['account_erased'],
      access: 'public',
      body: requestSchema,
      response: { status: 201, description: 'The token.', schema: tokenSchema },
      async handle({ body }) {
        if (body.newAccount) await admission.admit(body.userId, clock.now());
        await profiles.createIfNew(body.userId);
        return await issuer.issue(body.userId);
      },
    }),
  ];
}
