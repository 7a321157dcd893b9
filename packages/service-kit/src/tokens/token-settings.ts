/** The settings by which a service checks tokens. */
import { z } from 'zod';
import { defineSettings, fromText } from '../config/config.ts';
import { parseSecrets } from './token-secrets.ts';

/** Of public keys only: with one of a shared secret, anybody who can read the key could sign. */
export const KEY_ALGORITHMS = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
] as const;

const MIN_SECRET_LENGTH = 32;

export const tokenSettings = defineSettings({
  jwtSecret: {
    env: 'JWT_SECRET',
    schema: z.string().refine((text) => parseSecrets(text).every((secret) => secret.length >= MIN_SECRET_LENGTH), {
      error: `must have at least ${MIN_SECRET_LENGTH} characters per line`,
    }),
    default: '',
    secret: true,
    description:
      'Secret that tokens are signed with (HS256), or several, one per line: the first signs, all are accepted. ' +
      'Either this or JWKS_URL.',
  },
  jwksUrl: {
    env: 'JWKS_URL',
    schema: z.union([z.literal(''), fromText.url('https', 'http')]),
    default: '',
    description:
      'Where the public keys are that tokens are signed with (a JWK set). Read when the first token comes and again ' +
      'when one names a new key, so that keys are changed without a restart. Either this or JWT_SECRET.',
  },
  jwtAlgorithms: {
    env: 'JWT_ALGORITHMS',
    schema: fromText.list().pipe(z.array(z.enum(KEY_ALGORITHMS)).min(1)),
    default: 'RS256,ES256,EdDSA',
    description: `The algorithms that a token may be signed with by a key of JWKS_URL, of ${KEY_ALGORITHMS.join(', ')}.`,
  },
  tokenMaxLifetimeSeconds: {
    env: 'TOKEN_MAX_LIFETIME_SECONDS',
    schema: fromText.integer(60, 315_360_000),
    default: '31536000',
    unit: 's',
    description:
      'How long a token may be used at most, whatever its end; after this time it is forgotten who has signed out. ' +
      'The same on all services.',
  },
  jwtAudience: {
    env: 'JWT_AUDIENCE',
    schema: fromText.string(),
    default: 'nearby-friends',
    description: 'The audience (aud) a token must name.',
  },
  jwtIssuer: {
    env: 'JWT_ISSUER',
    schema: fromText.string(),
    default: 'nearby-friends',
    description: 'The issuer (iss) a token must name.',
  },
});
