/** A Redis for one test file. Its connections end with each test. */
import { afterAll, afterEach, beforeAll } from '@jest/globals';
import { type Redis as RedisServer, startRedis } from '@nearby-friends/local-stack';
import { silentLogger } from '@nearby-friends/service-kit';
import { connectRedis, openRedis, type Redis } from './redis-connection.ts';

type Purpose = 'commands' | 'subscriber' | 'blocking';

export interface RedisOfTest {
  readonly server: RedisServer;
  /** A connection with the options of the services, connected. */
  connect(purpose: Purpose): Promise<Redis>;
  /** The same, not connected yet. */
  open(purpose: Purpose): Redis;
  /** Runs `end` after each test, while Redis still runs. */
  beforeItEnds(end: () => Promise<unknown>): void;
}

/** Call it once in a test file, outside of tests. An unhandled rejection fails the test (Jest 30). */
export function useRedis(): RedisOfTest {
  let server: RedisServer | undefined;
  const connections: Redis[] = [];
  const ends: (() => Promise<unknown>)[] = [];
  const started = (): RedisServer => {
    if (!server) throw new Error('Redis runs only while tests run');
    return server;
  };
  const open: RedisOfTest['open'] = (purpose) => {
    const redis = openRedis({ url: started().url, purpose, role: `test:${purpose}`, logger: silentLogger });
    connections.push(redis);
    return redis;
  };

  beforeAll(async () => {
    server = await startRedis();
  });
  afterEach(async () => {
    await Promise.all(ends.map((end) => end()));
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
    open,
    beforeItEnds: (end) => ends.push(end),
    async connect(purpose) {
      const redis = open(purpose);
      await connectRedis(redis);
      return redis;
    },
  };
}

/** The channels that have a subscriber, sorted. */
export async function subscribedChannels(control: Redis): Promise<string[]> {
  return ((await control.call('PUBSUB', 'SHARDCHANNELS')) as string[]).sort();
}

/** Makes Redis close all subscriber connections. */
export async function killSubscribers(control: Redis): Promise<void> {
  await control.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
}
