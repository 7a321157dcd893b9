/** A rights trial under 500 updates/s over three gateways, whose lines to Redis can be cut. */
import { afterAll, beforeAll } from '@jest/globals';
import { type Redis, startRedis } from '@nearby-friends/local-stack';
import { RedisWithCuts } from '../servers/redis-with-cuts.ts';
import { ApiClient } from '../stack/api-client.ts';
import { Deployment } from '../stack/deployment.ts';
import { revocations } from './revocations.ts';
import { type Revocation, RightsTrial } from './rights-trial.ts';

export const GATEWAYS = 3;
const PAIRS = 50;
/** 100 people, 5 reports/s each: 500 updates/s. */
const REPORT_INTERVAL_MS = 200;
/** Shorter than the default: the more is delivered, the likelier is a delivery that must not be. */
const FLUSH_INTERVAL_MS = 250;

export interface RunningTrial {
  readonly deployment: Deployment;
  readonly line: RedisWithCuts;
  readonly trial: RightsTrial;
  readonly ways: readonly Revocation[];
  /** The sum of a metric over the gateways. */
  sumOverGateways(metric: string): Promise<number>;
}

/** Starts it before all tests of the file and stops it after them. Subjects and viewers alternate over the gateways. */
export function useRightsTrial(): () => RunningTrial {
  let redis: Redis;
  let running: RunningTrial;

  beforeAll(async () => {
    redis = await startRedis();
    const line = new RedisWithCuts(redis.url);
    const gateway = { REDIS_URL: await line.start(), FLUSH_INTERVAL_MS: String(FLUSH_INTERVAL_MS) };
    const deployment = new Deployment({ gateways: GATEWAYS, redisUrl: redis.url, env: { gateway } });
    const pairs = Array.from({ length: PAIRS }, (_, i) => ({ subject: `subject-${i}`, viewer: `viewer-${i}` }));
    const trial = new RightsTrial({ deployment, pairs, reportIntervalMs: REPORT_INTERVAL_MS });
    const sumOverGateways = async (metric: string) => {
      const counts = Array.from({ length: GATEWAYS }, (_, i) => deployment.gatewayMetric(i, metric));
      return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
    };
    running = { deployment, line, trial, ways: revocations(new ApiClient(deployment)), sumOverGateways };
    await deployment.start();
    await trial.start((_person, index) => index % GATEWAYS);
  }, 180_000);
  afterAll(async () => {
    running?.trial.stop();
    await running?.deployment.stop();
    running?.line.stop();
    await redis?.stop();
  }, 60_000);

  return () => running;
}
