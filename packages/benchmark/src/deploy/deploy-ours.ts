/** Runs this project's services as operators run them; clients connect past nginx, which adds the same to every build. */
import { startStack } from '@nearby-friends/local-stack';
import { type DeployedBuild, pidsOf } from './deployed-build.ts';

interface OursOptions {
  readonly databaseUrl: string;
  readonly gateways: number;
  /** Default: the gateway's own. */
  readonly flushIntervalMs?: number;
  /** More environment of the gateways. */
  readonly gatewayEnvironment?: Readonly<Record<string, string>>;
}

/** The gateway's default, of its settings. */
export const DEFAULT_FLUSH_INTERVAL_MS = 1_000;
/** The load sends as fast as planned; the rate limit is not what is measured. */
const EVENTS_PER_SECOND = '1000';
const STOP_DEADLINE_MS = 5_000;

/** Starts Redis and the services; rejects with nothing left running. */
export async function deployOurs(options: OursOptions): Promise<DeployedBuild> {
  const { databaseUrl, gateways, flushIntervalMs = DEFAULT_FLUSH_INTERVAL_MS, gatewayEnvironment } = options;
  const stack = await startStack({
    gateways,
    locations: 1,
    friendGraphs: 1,
    databaseUrl,
    stopDeadlineMs: STOP_DEADLINE_MS,
    env: {
      // Stopping the benchmark does not wait for a drain.
      all: { NODE_ENV: 'production', LOG_LEVEL: 'warn', STOP_DEADLINE_SECONDS: '4' },
      gateway: {
        FLUSH_INTERVAL_MS: String(flushIntervalMs),
        EVENTS_PER_SECOND,
        EVENTS_BURST: EVENTS_PER_SECOND,
        // All clients of a run come from this machine.
        MAX_CONNECTIONS_PER_ADDRESS: '0',
        DRAIN_SPREAD_SECONDS: '0',
        ...gatewayEnvironment,
      },
      'friend-graph': { DEV_TOKENS: 'false' },
    },
  });
  return {
    kind: 'ours',
    gateways: stack.gateways,
    redisUrl: stack.redisUrl,
    jwtSecret: stack.jwtSecret,
    flushIntervalMs,
    pids: () => ({
      gateway: pidsOf(stack.gateways),
      location: pidsOf(stack.locations),
      'friend-graph': pidsOf(stack.friendGraphs),
      redis: stack.redis === undefined ? [] : [stack.redis.pid],
    }),
    stop: () => stack.stop(),
  };
}
