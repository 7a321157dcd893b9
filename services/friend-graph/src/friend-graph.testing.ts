/** A complete friend-graph instance in the test's process, on real PostgreSQL and Redis, with a client on the bus. */
import { afterAll, afterEach, beforeAll } from '@jest/globals';
import { type Bus, createBus } from '@nearby-friends/bus';
import { findFreePort, type Redis, startRedis } from '@nearby-friends/local-stack';
import { type InboxMessage, inboxChannel, inboxMessageCodec, parseUserId } from '@nearby-friends/protocol';
import {
  commonSettings,
  DEFAULT_REDIS_PREFIX,
  identifyProcess,
  Lifecycle,
  Metrics,
  noTracer,
  readConfig,
  silentLogger,
} from '@nearby-friends/service-kit';
import { patientClock } from '@nearby-friends/testing/patient-clock';
import { pino } from 'pino';
import { composeFriendGraph } from './compose.ts';
import { type DatabaseOfTest, useDatabase } from './database/database.testing.ts';
import { settings } from './settings.ts';

export const TEST_SECRET = 'a secret of the tests, long enough';

export interface FriendGraphOfTest {
  /** `http://host:port/api/v1` */
  readonly apiUrl: string;
  readonly opsUrl: string;
  /** Every line the service has logged, at all levels. */
  readonly logLines: readonly string[];
  /** As SIGTERM does. */
  stop(): Promise<void>;
}

export interface ServicesOfTest {
  readonly database: DatabaseOfTest;
  readonly redis: Redis;
  /** Starts an instance; stopped after the test if not before. */
  start(env?: NodeJS.ProcessEnv): Promise<FriendGraphOfTest>;
  /** A gateway's end of the bus. */
  connectGateway(): Promise<Bus>;
  /** What arrives in each of these inboxes from now on; the returned lists grow. */
  listen(gateway: Bus, ...users: string[]): Promise<Record<string, InboxMessage[]>>;
}

/** Call it once in a test file, outside of tests. */
export function useFriendGraph(): ServicesOfTest {
  const database = useDatabase();
  let redis: Redis | undefined;
  const stops: (() => Promise<void>)[] = [];
  const running = (): Redis => {
    if (!redis) throw new Error('Redis runs only while tests run');
    return redis;
  };

  beforeAll(async () => {
    redis = await startRedis();
  });
  afterEach(async () => {
    for (const stop of stops.splice(0).reverse()) await stop();
  });
  afterAll(async () => {
    await redis?.stop();
  });

  return {
    database,
    get redis() {
      return running();
    },
    async start(env = {}) {
      const [port, opsPort] = [await findFreePort(), await findFreePort()];
      const config = readConfig(
        { ...commonSettings, ...settings },
        {
          PORT: String(port),
          OPS_PORT: String(opsPort),
          DATABASE_URL: database.url,
          REDIS_URL: running().url,
          JWT_SECRET: TEST_SECRET,
          DEV_TOKENS: 'true',
          ...env,
        },
      );
      const logLines: string[] = [];
      const logger = pino({ level: 'trace' }, { write: (line: string) => void logLines.push(line) });
      const components = composeFriendGraph({
        config,
        ...identifyProcess(`test-${port}`),
        logger,
        metrics: new Metrics(),
        tracer: noTracer,
      });
      const lifecycle = new Lifecycle({ components, logger });
      stops.push(() => lifecycle.stop());
      await lifecycle.start();
      const url = `http://127.0.0.1:${port}/api/v1`;
      return { apiUrl: url, opsUrl: `http://127.0.0.1:${opsPort}`, logLines, stop: () => lifecycle.stop() };
    },
    async connectGateway() {
      const bus = createBus({
        redisUrl: running().url,
        redisPrefix: DEFAULT_REDIS_PREFIX,
        service: 'gateway',
        ...identifyProcess('client'),
        watch: ['friend-graph'],
        clock: patientClock,
        logger: silentLogger,
      });
      const lifecycle = new Lifecycle({ components: bus.components, logger: silentLogger });
      stops.push(() => lifecycle.stop());
      await lifecycle.start();
      return bus;
    },
    async listen(gateway, ...users) {
      const inboxes: Record<string, InboxMessage[]> = {};
      await Promise.all(
        users.map((user) => {
          const messages: InboxMessage[] = [];
          inboxes[user] = messages;
          return gateway.subscriptions.subscribe(inboxChannel(parseUserId(user)), (payload) => {
            messages.push(inboxMessageCodec.decode(payload));
          });
        }),
      );
      return inboxes;
    },
  };
}
