/** The settings that every service has. */
import { z } from 'zod';
import { defineSettings, fromText } from './config.ts';
import { parseSecrets } from './token-secrets.ts';
import { tracingSettings } from './tracing/tracing-settings.ts';

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

export const commonSettings = defineSettings({
  instanceId: {
    env: 'INSTANCE_ID',
    schema: z.string().regex(/^[A-Za-z0-9_.-]{0,64}$/, 'must be at most 64 characters of A-Za-z0-9_.-'),
    default: '',
    description: 'Name of this replica, unique among those that run; made up at start when empty.',
  },
  host: {
    env: 'HOST',
    schema: fromText.string(),
    default: '127.0.0.1',
    description: 'Address to listen on. Containers set 0.0.0.0.',
  },
  opsPort: {
    env: 'OPS_PORT',
    schema: fromText.integer(0, 65_535),
    description: 'Port of /health, /ready and /metrics; never to be reachable from outside. 0 takes a free one.',
  },
  redisUrl: {
    env: 'REDIS_URL',
    schema: fromText.url('redis', 'rediss'),
    secret: true,
    description: 'Redis 7 or newer: redis://[user:password@]host:port.',
  },
  logLevel: {
    env: 'LOG_LEVEL',
    schema: fromText.oneOf(LOG_LEVELS),
    default: 'info',
    description: `Least severe level that is logged: ${LOG_LEVELS.join(', ')}.`,
  },
  stopDeadlineSeconds: {
    env: 'STOP_DEADLINE_SECONDS',
    schema: fromText.number(1, 3600),
    default: '25',
    unit: 's',
    description: 'How long an orderly stop may take before the process gives up and exits with 1.',
  },
  ...tracingSettings,
});

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

/** Gateways and location must be given the same value: the one drops silent friends, the other lets entries expire. */
export const positionTtlSetting = defineSettings({
  positionTtlSeconds: {
    env: 'POSITION_TTL_SECONDS',
    schema: fromText.number(0.5, 86_400),
    default: '600',
    unit: 's',
    description: 'How long a position counts; whoever is silent for longer leaves the lists. The same on all services.',
  },
});
