/** The settings that every service has. */
import { z } from 'zod';
import { defineSettings, fromText } from '../config/read-config.ts';
import { tracingSettings } from '../tracing/tracing-settings.ts';

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

const DEFAULT_DEPLOYMENT = 'nearby-friends';
/** What is before every key and channel of a deployment that has no name of its own. */
export const DEFAULT_REDIS_PREFIX = redisPrefixOf(DEFAULT_DEPLOYMENT);

function redisPrefixOf(deployment: string): string {
  return `${deployment}:`;
}

/** Whether the address leaves the database to the default. What cannot be parsed is refused by another check. */
function hasNoDatabase(url: string): boolean {
  if (!URL.canParse(url)) return true;
  const { pathname, searchParams } = new URL(url);
  return /^\/?0?$/.test(pathname) && !searchParams.has('db');
}

export const commonSettings = defineSettings({
  replicaName: {
    env: 'INSTANCE_ID',
    schema: z.string().regex(/^[A-Za-z0-9_.-]{0,64}$/, 'must be at most 64 characters of A-Za-z0-9_.-'),
    default: '',
    description: 'Name of this replica in logs and traces, the same after a restart; generated at start when empty.',
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
    description: 'Port of /health, /ready and /metrics; must not be reachable from outside. 0 selects a free port.',
  },
  redisUrl: {
    env: 'REDIS_URL',
    schema: fromText.url('redis', 'rediss').refine(hasNoDatabase, {
      error:
        'must not name a database: channels belong to all databases of a Redis. Leave the number out, and give each ' +
        'deployment its own REDIS_PREFIX',
    }),
    secret: true,
    description: 'Redis 7 or newer: redis://[user:password@]host:port. Without a database number, see REDIS_PREFIX.',
  },
  redisPrefix: {
    env: 'REDIS_PREFIX',
    schema: z
      .string()
      .regex(/^[A-Za-z0-9_.-]{1,64}$/, 'must be 1 to 64 characters of A-Za-z0-9_.-')
      .transform(redisPrefixOf),
    default: DEFAULT_DEPLOYMENT,
    description:
      'Name of the deployment, in every key and channel: deployments that share a Redis need different ones. The same for ' +
      'all services of a deployment.',
  },
  logLevel: {
    env: 'LOG_LEVEL',
    schema: fromText.oneOf(LOG_LEVELS),
    default: 'info',
    description: `Minimum level that is logged: ${LOG_LEVELS.join(', ')}.`,
  },
  stopDeadlineSeconds: {
    env: 'STOP_DEADLINE_SECONDS',
    schema: fromText.number(1, 3600),
    default: '25',
    unit: 's',
    description: 'Maximum duration of a graceful stop; after it the process exits with 1.',
  },
  ...tracingSettings,
});

/** Gateways and location need the same value: gateways remove inactive friends, location lets entries expire. */
export const positionTtlSetting = defineSettings({
  positionTtlSeconds: {
    env: 'POSITION_TTL_SECONDS',
    schema: fromText.number(0.5, 86_400),
    default: '600',
    unit: 's',
    description:
      'How long a position is valid; a user without a newer one leaves all lists. A registered device may ask for another time, ' +
      'of up to an hour. Must be the same for all services.',
  },
});
