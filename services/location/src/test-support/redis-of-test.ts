/** A Redis for one test file. Its connections end with each test. */
import { afterAll, afterEach, beforeAll } from '@jest/globals';
import { connectRedis, openRedis, type Redis } from '@nearby-friends/bus';
import { type Redis as RedisServer, startRedis } from '@nearby-friends/local-stack';
import { DEFAULT_REDIS_PREFIX, silentLogger } from '@nearby-friends/service-kit';

export interface RedisOfTest {
  readonly server: RedisServer;
  /** A connection with the options of the services, connected. */
  connect(purpose: 'commands' | 'subscriber'): Promise<Redis>;
}

/** Call it once in a test file, outside of tests. Every test finds an empty Redis that runs. */
export function useRedis(): RedisOfTest {
  let server: RedisServer | undefined;
  const connections: Redis[] = [];
  const started = (): RedisServer => {
    if (!server) throw new Error('Redis runs only while tests run');
    return server;
  };

  beforeAll(async () => {
    server = await startRedis();
  });
  afterEach(async () => {
    for (const redis of connections.splice(0)) redis.disconnect();
    // The test may have left it frozen, dead or full.
    await started().restart();
  });
  afterAll(async () => {
    await server?.stop();
  });

  return {
    get server() {
      return started();
    },
    async connect(purpose) {
      const redis = openRedis({
        url: started().url,
        purpose,
        role: `test:${purpose}`,
        prefix: DEFAULT_REDIS_PREFIX,
        logger: silentLogger,
      });
      connections.push(redis);
      await connectRedis(redis);
      return redis;
    },
  };
}

/** Redis' own time, ms. */
export async function timeOf(redis: Redis): Promise<number> {
  const [seconds, micros] = await redis.time();
  return Number(seconds) * 1000 + Math.floor(Number(micros) / 1000);
}
