/** Runs this project's services as operators run them, but for nginx: what it adds is the same for every build. */
import {
  checkEntryPoints,
  findFreePort,
  makeSecret,
  plainEnvironment,
  REAL_ENTRY_POINTS,
  type ServiceName,
  ServiceProcess,
  startRedis,
} from '@nearby-friends/local-stack';
import type { DeployedBuild } from './deployed-build.ts';
import { pidsOf, startServices } from './start-services.ts';

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
const READY_DEADLINE_MS = 30_000;
const STOP_DEADLINE_MS = 5_000;

/** Starts Redis and the services; rejects with nothing left running. */
export async function deployOurs(options: OursOptions): Promise<DeployedBuild> {
  await checkEntryPoints(REAL_ENTRY_POINTS);
  const { flushIntervalMs = DEFAULT_FLUSH_INTERVAL_MS } = options;
  const jwtSecret = makeSecret();
  const redis = await startRedis();
  const all = {
    ...plainEnvironment(),
    NODE_ENV: 'production',
    LOG_LEVEL: 'warn',
    REDIS_URL: redis.url,
    // Stopping the benchmark does not wait for a drain.
    STOP_DEADLINE_SECONDS: '4',
  };
  const start = async (service: ServiceName, number: number, env: Readonly<Record<string, string>>) =>
    new ServiceProcess({
      name: `${service}-${number}`,
      service,
      entryPoint: REAL_ENTRY_POINTS[service],
      instanceId: `${service}-${number}`,
      port: service === 'location' ? undefined : await findFreePort(),
      opsPort: await findFreePort(),
      environment: () => ({ ...all, ...env }),
      readyDeadlineMs: READY_DEADLINE_MS,
      onLine: () => undefined,
    });
  const gatewayEnvironment = {
    JWT_SECRET: jwtSecret,
    FLUSH_INTERVAL_MS: String(flushIntervalMs),
    EVENTS_PER_SECOND,
    EVENTS_BURST: EVENTS_PER_SECOND,
    DRAIN_SPREAD_SECONDS: '0',
    ...options.gatewayEnvironment,
  };
  const gateways: ServiceProcess[] = [];
  for (let number = 1; number <= options.gateways; number += 1) {
    gateways.push(await start('gateway', number, gatewayEnvironment));
  }
  const location = await start('location', 1, {});
  const friendGraph = await start('friend-graph', 1, { JWT_SECRET: jwtSecret, DATABASE_URL: options.databaseUrl });
  const services = [...gateways, location, friendGraph];
  const stop = await startServices(services, redis, STOP_DEADLINE_MS);
  return {
    kind: 'ours',
    gateways,
    redisUrl: redis.url,
    jwtSecret,
    flushIntervalMs,
    pids: () => ({
      gateway: pidsOf(gateways),
      location: [location.pid],
      'friend-graph': [friendGraph.pid],
      redis: [redis.pid],
    }),
    stop,
  };
}
