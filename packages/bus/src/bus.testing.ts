/** Service instances on the bus for one test file. They end with each test. */
import { expect } from '@jest/globals';
import { instancesKey, jsonCodec, type Method, type ServiceName } from '@nearby-friends/protocol';
import {
  type Clock,
  Lifecycle,
  type Logger,
  type Metrics,
  silentLogger,
  systemClock,
  type Tracer,
} from '@nearby-friends/service-kit';
import { z } from 'zod';
import { type Bus, createBus } from './bus.ts';
import type { RedisOfTest } from './redis/redis.testing.ts';
import { chooseByRendezvous, hashString } from './rpc/rendezvous.ts';

const echoSchema = z.object({ text: z.string(), by: z.string() });

/** The method of every location instance of a test: responds with the text and its own id. */
export const echo: Method<{ text: string }, z.infer<typeof echoSchema>> = {
  service: 'location',
  name: 'echo',
  request: jsonCodec(z.object({ text: z.string() })),
  response: jsonCodec(echoSchema),
};

/** Maximum duration of a failure that does not have to wait, ms. */
export const PROMPT_MS = 500;

export interface BusOfTest extends Bus {
  stop(): Promise<void>;
}

interface BusesOfTest {
  start(
    service: ServiceName,
    instanceId: string,
    options?: { clock?: Clock; metrics?: Metrics; tracer?: Tracer; logger?: Logger },
  ): Promise<BusOfTest>;
  /** Two callers, which may have a clock of their own, that know two servers. */
  startFour(callersOptions?: { clock?: Clock }): Promise<{
    servers: readonly [BusOfTest, BusOfTest];
    callers: readonly [BusOfTest, BusOfTest];
  }>;
  /** Registers a location instance that does not exist. */
  announceGhost(id: string): Promise<void>;
}

/** Call it once in a test file, outside of tests. */
export function useBuses(redis: RedisOfTest): BusesOfTest {
  const running: Lifecycle[] = [];
  redis.beforeItEnds(() => Promise.all(running.splice(0).map((lifecycle) => lifecycle.stop())));

  const start: BusesOfTest['start'] = async (service, instanceId, { clock = systemClock, ...observing } = {}) => {
    const bus = createBus({
      redisUrl: redis.server.url,
      service,
      instanceId,
      watch: ['location'],
      clock,
      logger: silentLogger,
      ...observing,
    });
    if (service === 'location') bus.rpc.serve(echo, ({ text }) => ({ text, by: instanceId }));
    const lifecycle = new Lifecycle({ components: [...bus.components, bus.membership], logger: silentLogger });
    running.push(lifecycle);
    await lifecycle.start();
    return { ...bus, stop: () => lifecycle.stop() };
  };

  return {
    start,
    async startFour(options) {
      const servers = [await start('location', 'l1'), await start('location', 'l2')] as const;
      const callers = [await start('gateway', 'g1', options), await start('gateway', 'g2', options)] as const;
      for (const caller of callers) expect(caller.registry.candidates('location').length).toBe(2);
      return { servers, callers };
    },
    async announceGhost(id) {
      const control = await redis.connect('commands');
      const [seconds] = await control.time();
      // Far enough in the future not to expire during the test.
      await control.zadd(instancesKey('location'), (Number(seconds) + 60) * 1000, id);
    },
  };
}

/** Some keys that rendezvous hashing assigns to `id` among these candidates. */
export function keysOf(id: string, candidates: readonly string[]): string[] {
  const hashed = candidates.map((one) => ({ id: one, hash: hashString(one) }));
  const keys = Array.from({ length: 100 }, (_, i) => `key-${i}`);
  return keys.filter((key) => chooseByRendezvous(key, hashed)?.id === id);
}

/** Waits until the work settles, and measures the time. */
export async function timed<T>(work: Promise<T>): Promise<{ ms: number; outcome: unknown }> {
  const startedAt = performance.now();
  const outcome = await work.catch((error: unknown) => error);
  return { ms: performance.now() - startedAt, outcome };
}
