/** Location instances in this process, with stand-ins for a gateway and for friend-graph. */
import { afterEach } from '@jest/globals';
import { createBus, type Rpc } from '@nearby-friends/bus';
import {
  announceActive,
  forgetUsers,
  type Position,
  type ReceivedPosition,
  type RecordedPosition,
  readActive,
  recordPositions,
  stopSharing,
  type UserId,
} from '@nearby-friends/protocol';
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
import { composeLocation } from '../compose.ts';
import { settings } from '../settings.ts';

export interface Announced {
  readonly user: UserId;
  readonly at: number;
  readonly position: Position;
  readonly lifetimeMs?: number | undefined;
}

/** A stand-in for friend-graph. */
export interface FriendGraph {
  readonly announced: Announced[];
  /** Number of refused announcements. */
  readonly refusals: number;
  refuse(refuses: boolean): void;
}

/** A stand-in for a gateway. */
export interface Caller {
  record(position: ReceivedPosition): Promise<RecordedPosition>;
  activeUsers(users: readonly UserId[]): Promise<UserId[]>;
  /** Sends the request that friend-graph sends for erased users. */
  forget(users: readonly UserId[]): Promise<void>;
  /** Sends the request that friend-graph sends for a user who has ended sharing. */
  stop(user: UserId, before: number): Promise<void>;
  /** Number of location instances it sees. */
  instances(): number;
}

export interface ServicesOfTest {
  startLocation(redisUrl: string, options?: { ttlSeconds?: string }): Promise<Lifecycle>;
  startFriendGraph(redisUrl: string): Promise<FriendGraph>;
  startCaller(redisUrl: string): Promise<Caller>;
}

/** Call it once in a test file, outside of tests. Everything a test starts ends with that test. */
export function useServices(): ServicesOfTest {
  const running: Lifecycle[] = [];
  const run = async (components: ConstructorParameters<typeof Lifecycle>[0]['components']): Promise<Lifecycle> => {
    const lifecycle = new Lifecycle({ components, logger: silentLogger });
    running.push(lifecycle);
    await lifecycle.start();
    return lifecycle;
  };
  const busOf = (redisUrl: string, service: 'gateway' | 'friend-graph', watch: ['location'] | []) =>
    createBus({
      redisUrl,
      redisPrefix: DEFAULT_REDIS_PREFIX,
      service,
      ...identifyProcess(''),
      watch,
      clock: patientClock,
      logger: silentLogger,
    });

  afterEach(async () => {
    // In reverse order: a draining location instance still needs its friend-graph.
    for (const lifecycle of running.splice(0).reverse()) await lifecycle.stop();
  });

  return {
    startLocation(redisUrl, { ttlSeconds = '600' } = {}) {
      const env = { REDIS_URL: redisUrl, OPS_PORT: '0', POSITION_TTL_SECONDS: ttlSeconds };
      const config = readConfig({ ...commonSettings, ...settings }, env);
      return run(
        composeLocation({
          config,
          ...identifyProcess(''),
          logger: silentLogger,
          metrics: new Metrics(),
          tracer: noTracer,
        }),
      );
    },
    async startFriendGraph(redisUrl) {
      const bus = busOf(redisUrl, 'friend-graph', []);
      const announced: Announced[] = [];
      let refusals = 0;
      let refuses = false;
      bus.rpc.serve(announceActive, ({ active }) => {
        if (refuses) {
          refusals++;
          throw new Error('refused by the test');
        }
        announced.push(...active);
        return {};
      });
      await run([...bus.components, bus.membership]);
      return {
        announced,
        get refusals() {
          return refusals;
        },
        refuse: (now) => {
          refuses = now;
        },
      };
    },
    async startCaller(redisUrl) {
      const bus = busOf(redisUrl, 'gateway', ['location']);
      await run([...bus.components, bus.membership]);
      return {
        record: (position) => recordOne(bus.rpc, position),
        activeUsers: async (users) => {
          const entries = await bus.rpc.call(readActive, { users: [...users] });
          return entries.map(({ user }) => user).sort();
        },
        forget: async (users) => {
          await bus.rpc.call(forgetUsers, { users: [...users] });
        },
        stop: async (user, before) => {
          await bus.rpc.call(stopSharing, { user, before });
        },
        instances: () => bus.registry.candidates('location').length,
      };
    },
  };
}

async function recordOne(rpc: Rpc, position: ReceivedPosition): Promise<RecordedPosition> {
  const [recorded] = await rpc.call(recordPositions, [position], { key: position.user });
  if (!recorded) throw new Error('no outcome for the position');
  return recorded;
}
