/** The settings by which a service checks tokens. */
import { z } from 'zod';
import { defineSettings, fromText } from '../config/read-config.ts';
import { parseSecrets } from './token-secrets.ts';
import { USER_ID_FORMATS } from './user-id-claim.ts';

/** Public-key algorithms only: with a shared-secret algorithm, anyone who can read the public key could sign. */
const KEY_ALGORITHMS = [
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
      'Set either this or JWKS_URL.',
  },
  jwksUrl: {
    env: 'JWKS_URL',
    schema: z.union([z.literal(''), fromText.url('https', 'http')]),
    default: '',
    description:
      'URL of the public keys (JWK set) that tokens are verified with. Fetched with the first token and when a token ' +
      'names a new key, so keys can be replaced without a restart. Set either this or JWT_SECRET.',
  },
  jwtAlgorithms: {
    env: 'JWT_ALGORITHMS',
    schema: fromText.list().pipe(z.array(z.enum(KEY_ALGORITHMS)).min(1)),
    default: 'RS256,ES256,EdDSA',
    description: `Accepted signature algorithms of tokens with a key of JWKS_URL, out of ${KEY_ALGORITHMS.join(', ')}.`,
  },
  tokenMaxLifetimeSeconds: {
    env: 'TOKEN_MAX_LIFETIME_SECONDS',
    schema: fromText.integer(60, 315_360_000),
    default: '31536000',
    unit: 's',
    description:
      'Maximum lifetime of a token, whatever its expiry; sign-outs are remembered for this time. ' +
      'Must be the same for all services.',
  },
  jwtAudience: {
    env: 'JWT_AUDIENCE',
    schema: fromText.string(),
    default: 'nearby-friends',
    description: 'Required audience (aud) of a token.',
  },
  jwtIssuer: {
    env: 'JWT_ISSUER',
    schema: fromText.string(),
    default: 'nearby-friends',
    description: 'Required issuer (iss) of a token.',
  },
  jwtUserClaim: {
    env: 'JWT_USER_CLAIM',
    schema: fromText.string(),
    default: 'sub',
    description: 'Claim of a token that names the user. Must be the same for all services, and must never change.',
  },
  jwtUserIdFormat: {
    env: 'JWT_USER_ID_FORMAT',
    schema: z.enum(USER_ID_FORMATS),
    default: 'plain',
    description:
      'plain: that claim is the user id, 1 to 64 characters of A-Z, a-z, 0-9, _ and -. escaped: any text, such as auth0|5f7c or ' +
      'an e-mail address; characters other than A-Z, a-z, 0-9 and - become _ and two hexadecimal digits for each byte of UTF-8. ' +
      'Must be the same for all services, and must never change.',
  },
});
