/** The settings of friend-graph beside the common ones. */
import { ConfigError, defineSettings, fromText, tokenSettings } from '@nearby-friends/service-kit';

export const settings = defineSettings({
  ...tokenSettings,
  port: {
    env: 'PORT',
    schema: fromText.integer(0, 65_535),
    description: 'Port of the HTTP API; nginx stands in front of it. 0 takes a free one.',
  },
  databaseUrl: {
    env: 'DATABASE_URL',
    schema: fromText.url('postgresql', 'postgres'),
    secret: true,
    description: 'PostgreSQL 15 or newer, migrated: postgresql://user:password@host:port/database.',
  },
  databasePoolSize: {
    env: 'DATABASE_POOL_SIZE',
    schema: fromText.integer(1, 1_000),
    default: '20',
    unit: 'connections',
    description: 'Most connections of this replica; all replicas together must stay below max_connections.',
  },
  databaseTimeoutMs: {
    env: 'DATABASE_TIMEOUT_MS',
    schema: fromText.integer(50, 60_000),
    default: '2000',
    unit: 'ms',
    description: 'How long one query, and the wait for a connection, may take before the answer is "unavailable".',
  },
  devTokens: {
    env: 'DEV_TOKENS',
    schema: fromText.boolean(),
    default: 'false',
    description: 'Whether anybody may get a token for anybody (POST /api/v1/dev/tokens). Never in production.',
  },
  devTokenLifetimeSeconds: {
    env: 'DEV_TOKEN_LIFETIME_SECONDS',
    schema: fromText.integer(1, 31_536_000),
    default: '86400',
    unit: 's',
    description: 'How long a token of DEV_TOKENS is valid.',
  },
  nodeEnv: {
    env: 'NODE_ENV',
    schema: fromText.string(),
    default: 'development',
    description: 'In production, DEV_TOKENS=true is refused.',
  },
});

/** Throws `ConfigError` for settings that are each right and together an open door. */
export function refuseOpenDoor(config: { readonly devTokens: boolean; readonly nodeEnv: string }): void {
  if (config.devTokens && config.nodeEnv === 'production') {
    throw new ConfigError(
      'DEV_TOKENS=true with NODE_ENV=production would give anybody a token for anybody. ' +
        'Unset DEV_TOKENS, or NODE_ENV where this is not production.',
    );
  }
}
