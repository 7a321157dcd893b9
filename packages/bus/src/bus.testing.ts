/** Instances of services on the bus for one test file, that end with each test whatever became of it. */
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

const answerSchema = z.object({ text: z.string(), by: z.string() });

/** What every location instance of a test answers: the text, and who answers. */
export const echo: Method<{ text: string }, z.infer<typeof answerSchema>> = {
  service: 'location',
  name: 'echo',
  request: jsonCodec(z.object({ text: z.string() })),
  response: jsonCodec(answerSchema),
};

/** How long a refusal may take, ms, where nothing has to be waited for. */
export const PROMPT_MS = 500;

export interface BusOfTest extends Bus {
  stop(): Promise<void>;
}

export interface BusesOfTest {
  start(
    service: ServiceName,
    instanceId: string,
    options?: { clock?: Clock; metrics?: Metrics; tracer?: Tracer; logger?: Logger },
  ): Promise<BusOfTest>;
  /** Two askers, two answerers, and everybody knows the answerers. */
  startFour(): Promise<{
    answerers: readonly [BusOfTest, BusOfTest];
    askers: readonly [BusOfTest, BusOfTest];
  }>;
  /** Makes a location instance known that does not exist. */
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
    async startFour() {
      const answerers = [await start('location', 'l1'), await start('location', 'l2')] as const;
      const askers = [await start('gateway', 'g1'), await start('gateway', 'g2')] as const;
      for (const asker of askers) expect(asker.registry.candidates('location').length).toBe(2);
      return { answerers, askers };
    },
    async announceGhost(id) {
      const control = await redis.connect('commands');
      const [seconds] = await control.time();
      // Far enough in the future not to expire during the test.
      await control.zadd(instancesKey('location'), (Number(seconds) + 60) * 1000, id);
    },
  };
}

/** Some keys that belong to `id` when these are the candidates. */
export function keysOf(id: string, candidates: readonly string[]): string[] {
  const hashed = candidates.map((one) => ({ id: one, hash: hashString(one) }));
  const keys = Array.from({ length: 100 }, (_, i) => `key-${i}`);
  return keys.filter((key) => chooseByRendezvous(key, hashed)?.id === id);
}

/** Waits for the work's end, good or bad, and takes the time. */
export async function timed<T>(work: Promise<T>): Promise<{ ms: number; outcome: unknown }> {
  const startedAt = performance.now();
  const outcome = await work.catch((error: unknown) => error);
  return { ms: performance.now() - startedAt, outcome };
}
