/** `lookup`: how long a gateway waits for a viewer's friends, among ten million edges (G1). */
import { createBus } from '@nearby-friends/bus';
import { friendsOf, parseUserId, readEdges } from '@nearby-friends/protocol';
import { DEFAULT_REDIS_PREFIX, Lifecycle, silentLogger, systemClock } from '@nearby-friends/service-kit';
import { deployOurs } from '../deploy/deploy-ours.ts';
import { randomAt } from '../load/random-at.ts';
import { userName } from '../load/user-names.ts';
import { cpuBetween, readCpu } from '../measure/cpu-time.ts';
import { quantile } from '../measure/statistics.ts';
import { atMost } from '../report/result.ts';
import type { BenchContext } from './bench-context.ts';
import type { Benchmark } from './benchmark.ts';

const EDGES = 10_000_000;
const FRIENDS = 400;
/** The most that anybody may have (G3), and of how many people. */
const FRIENDS_OF_POPULAR = 5_000;
const POPULAR = 100;
const MIN_USERS = 2 * FRIENDS_OF_POPULAR;
/** Of each kind, after as many to warm up. */
const LOOKUPS = 1_000;

interface LookupFigures {
  readonly friends: number;
  readonly p50: number;
  readonly p99: number;
  /** Milliseconds of friend-graph's CPU for each. */
  readonly cpuMs: number;
}

export const lookup: Benchmark = {
  name: 'lookup',
  about: 'asking friend-graph for one person’s friends, among 10 million edges; to load them takes minutes',
  isByNameOnly: true,
  async run(context) {
    const users = Math.max(MIN_USERS, context.clients(EDGES / FRIENDS));
    const shape = { users, friends: FRIENDS, popular: POPULAR, friendsOfPopular: FRIENDS_OF_POPULAR };
    const rows = await context.withManyEdges(shape, async ({ url }) => {
      const build = await deployOurs({ databaseUrl: url, gateways: 1 });
      try {
        return await measureLookups(context, build.redisUrl, build.pids()['friend-graph'], users);
      } finally {
        await build.stop();
      }
    });
    return {
      title: `one person's friends at a time, from the RPC request to the parsed response, over the bus, among ${users * FRIENDS} edges`,
      columns: [
        { key: 'friends', label: 'friends' },
        { key: 'p50', label: 'p50 ms', digits: 1 },
        { key: 'p99', label: 'p99 ms', digits: 1 },
        { key: 'cpuMs', label: 'friend-graph CPU ms', digits: 2 },
      ],
      rows: rows.map((row) => ({ ...row })),
      goals: rows.map(({ friends, p99 }) =>
        atMost(friends === FRIENDS ? 10 : 40, `G1: p99 of a lookup of ${friends} friends, ms`, p99),
      ),
    };
  },
};

async function measureLookups(
  context: BenchContext,
  redisUrl: string,
  friendGraph: readonly number[],
  users: number,
): Promise<LookupFigures[]> {
  const bus = createBus({
    redisUrl,
    redisPrefix: DEFAULT_REDIS_PREFIX,
    service: 'gateway',
    instanceId: 'bench',
    watch: ['friend-graph'],
    clock: systemClock,
    logger: silentLogger,
  });
  const lifecycle = new Lifecycle({ components: bus.components, logger: silentLogger });
  await lifecycle.start();
  const lookUp = async (user: number, expected: number): Promise<number> => {
    const startedAt = performance.now();
    const { viewers } = await bus.rpc.call(friendsOf, { viewers: [parseUserId(userName(user))] });
    const friends = readEdges(viewers[0]?.edges ?? '').length;
    const tookMs = performance.now() - startedAt;
    if (friends !== expected) throw new Error(`${expected} friends were put in and ${friends} found`);
    return tookMs;
  };
  const measure = async (friends: number, from: number, to: number): Promise<LookupFigures> => {
    context.log(`${LOOKUPS} lookups of ${friends} friends`);
    const userAt = (lookup: number): number => from + Math.floor(randomAt(context.settings.seed, lookup) * (to - from));
    for (let lookup = 0; lookup < LOOKUPS; lookup += 1) await lookUp(userAt(LOOKUPS + lookup), friends);
    const before = await readCpu(friendGraph);
    const times: number[] = [];
    for (let lookup = 0; lookup < LOOKUPS; lookup += 1) {
      context.check();
      times.push(await lookUp(userAt(lookup), friends));
    }
    const cpuMs = cpuBetween(before, await readCpu(friendGraph)) / 1e6 / LOOKUPS;
    return { friends, p50: quantile(times, 0.5), p99: quantile(times, 0.99), cpuMs };
  };
  try {
    return [await measure(FRIENDS, POPULAR, users), await measure(FRIENDS_OF_POPULAR, 0, POPULAR)];
  } finally {
    await lifecycle.stop();
  }
}
