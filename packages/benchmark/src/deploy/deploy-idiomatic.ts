/** Runs the build that Socket.IO's documentation suggests, for comparison. */
import { fileURLToPath } from 'node:url';
import { findFreePort, plainEnvironment, ServiceProcess, startRedis } from '@nearby-friends/local-stack';
import { type BuildKind, type DeployedBuild, pidsOf } from './deployed-build.ts';

/** The built program, the same from `src/` and from `dist/`. */
const PROGRAM = fileURLToPath(new URL('../../dist/idiomatic/idiomatic-gateway.js', import.meta.url));
const READY_DEADLINE_MS = 30_000;
const STOP_DEADLINE_MS = 3_000;

interface IdiomaticOptions {
  readonly adapter: Exclude<BuildKind, 'ours'>;
  readonly databaseUrl: string;
  readonly gateways: number;
}

/** Starts Redis and the gateways; rejects with nothing left running. */
export async function deployIdiomatic({ adapter, databaseUrl, gateways }: IdiomaticOptions): Promise<DeployedBuild> {
  const redis = await startRedis();
  const processes: ServiceProcess[] = [];
  for (let number = 1; number <= gateways; number += 1) {
    processes.push(
      new ServiceProcess({
        name: `${adapter}-${number}`,
        service: 'gateway',
        entryPoint: PROGRAM,
        port: await findFreePort(),
        opsPort: await findFreePort(),
        environment: () => ({
          ...plainEnvironment(),
          NODE_ENV: 'production',
          REDIS_URL: redis.url,
          DATABASE_URL: databaseUrl,
          ADAPTER: adapter,
        }),
        readyDeadlineMs: READY_DEADLINE_MS,
        onLine: () => undefined,
      }),
    );
  }
  const stop = async (): Promise<void> => {
    await Promise.all(processes.map(({ process }) => process.stop(STOP_DEADLINE_MS)));
    await redis.stop();
  };
  const outcomes = await Promise.allSettled(processes.map((gateway) => gateway.start()));
  const failure = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failure !== undefined) {
    await stop();
    throw failure.reason;
  }
  return {
    kind: adapter,
    gateways: processes,
    redisUrl: redis.url,
    jwtSecret: '',
    flushIntervalMs: 0,
    pids: () => ({ gateway: pidsOf(processes), location: [], 'friend-graph': [], redis: [redis.pid] }),
    stop,
  };
}
