/** Settings of friend-graph in addition to the common ones. */
import {
  ConfigError,
  defineSettings,
  fromText,
  publicSettings,
  pushServicesSetting,
  tokenSettings,
} from '@nearby-friends/service-kit';
import { z } from 'zod';

export const settings = defineSettings({
  ...tokenSettings,
  ...publicSettings,
  ...pushServicesSetting,
  port: {
    env: 'PORT',
    schema: fromText.integer(0, 65_535),
    description: 'Port of the HTTP API behind nginx. 0 chooses a free port.',
  },
  databaseUrl: {
    env: 'DATABASE_URL',
    schema: fromText.url('postgresql', 'postgres'),
    secret: true,
    description:
      'PostgreSQL 15 or newer, migrated: postgresql://user:password@host:port/database. A pooler before it must give each ' +
      'connection a session of its own (PgBouncer: pool_mode = session).',
  },
  databasePassword: {
    env: 'DATABASE_PASSWORD',
    schema: z.string(),
    default: '',
    secret: true,
    description:
      'Password of a DATABASE_URL without one, as it is. In DATABASE_URL itself, characters such as / # ? % must be encoded.',
  },
  databasePoolSize: {
    env: 'DATABASE_POOL_SIZE',
    schema: fromText.integer(1, 1_000),
    default: '20',
    unit: 'connections',
    description: 'Maximum connections of this replica; the sum over all replicas must stay below max_connections.',
  },
  databaseTimeoutMs: {
    env: 'DATABASE_TIMEOUT_MS',
    schema: fromText.integer(50, 60_000),
    default: '2000',
    unit: 'ms',
    description: 'Maximum duration of one query, and of the wait for a connection, before it fails as "unavailable".',
  },
  devTokens: {
    env: 'DEV_TOKENS',
    schema: fromText.boolean(),
    default: 'false',
    description: 'Lets any caller get a token for any user (POST /api/v1/dev/tokens). Never in production.',
  },
  devTokenLifetimeSeconds: {
    env: 'DEV_TOKEN_LIFETIME_SECONDS',
    schema: fromText.integer(1, 31_536_000),
    default: '86400',
    unit: 's',
    description: 'Lifetime of a token issued under DEV_TOKENS.',
  },
  userRequestsPerMinute: {
    env: 'USER_REQUESTS_PER_MINUTE',
    schema: fromText.integer(1, 1_000_000),
    default: '3000',
    unit: 'requests/min',
    description:
      'Requests of one user that this replica handles in a minute; more get rate_limited (429 with Retry-After).',
  },
  userConcurrentRequests: {
    env: 'USER_CONCURRENT_REQUESTS',
    schema: fromText.integer(1, 1_000),
    default: '4',
    unit: 'requests',
    description:
      'Requests of one user that this replica handles at a time, and so the most of its database connections that one user ' +
      'takes. 64 more wait; further ones get rate_limited.',
  },
  nodeEnv: {
    env: 'NODE_ENV',
    schema: fromText.string(),
    default: 'development',
    description: 'In production, DEV_TOKENS=true is refused.',
  },
});

/** Throws `ConfigError` for development tokens in production, or beside an identity provider that names users otherwise. */
export function checkDevTokens(config: {
  readonly devTokens: boolean;
  readonly nodeEnv: string;
  readonly jwtUserClaim: string;
  readonly jwtUserIdFormat: string;
}): void {
  if (config.devTokens && (config.jwtUserClaim !== 'sub' || config.jwtUserIdFormat !== 'plain')) {
    throw new ConfigError(
      'DEV_TOKENS=true issues tokens whose sub is the user id. Unset JWT_USER_CLAIM and JWT_USER_ID_FORMAT, or DEV_TOKENS.',
    );
  }
  if (config.devTokens && config.nodeEnv === 'production') {
    throw new ConfigError(
      'DEV_TOKENS=true with NODE_ENV=production would let any caller get a token for any user. ' +
        'Unset DEV_TOKENS, or NODE_ENV where this is not production.',
    );
  }
}
