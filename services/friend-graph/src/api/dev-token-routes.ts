/** `/dev/tokens` route: a token for any user. It exists only where `DEV_TOKENS` is true. */
import { z } from 'zod';
import type { Profiles } from '../graph/profiles.ts';
import type { DevTokenIssuer } from './dev-token-issuer.ts';
import { idSchema, timeSchema } from './response-schemas.ts';
import { defineRoute, type Route } from './route.ts';

const requestSchema = z.strictObject({ userId: idSchema }).meta({ id: 'DevTokenRequest' });
const tokenSchema = z.strictObject({ token: z.string(), expiresAt: timeSchema }).meta({ id: 'DevToken' });

export function devTokenRoutes(options: { profiles: Pick<Profiles, 'createIfNew'>; issuer: DevTokenIssuer }): Route[] {
  const { profiles, issuer } = options;
  return [
    defineRoute({
      method: 'POST',
      path: '/dev/tokens',
      operationId: 'issueDevToken',
      tag: 'Development',
      summary: 'A token for any user',
      description: 'Only where DEV_TOKENS is true, for development and tests. Creates an unknown user.',
      access: 'public',
      body: requestSchema,
      response: { status: 201, description: 'The token.', schema: tokenSchema },
      async handle({ body }) {
        await profiles.createIfNew(body.userId);
        return await issuer.issue(body.userId);
      },
    }),
  ];
}
