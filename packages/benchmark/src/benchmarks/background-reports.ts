/** `background-reports`: what a report of a background app costs over all processes, with and without friends in the answer. */
import { createHash } from 'node:crypto';
import { Agent, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { type Stack, startStack } from '@nearby-friends/local-stack';
import { Client } from 'pg';
import { pidsOf } from '../deploy/deployed-build.ts';
import { userName } from '../load/user-names.ts';
import { cpuBetween, readCpu } from '../measure/cpu-time.ts';
import { quantile } from '../measure/statistics.ts';
import type { Row } from '../report/result.ts';
import type { BenchContext } from './bench-context.ts';
import type { Benchmark } from './benchmark.ts';

const USERS = 1_000;
/** One report of each user in about half a minute, as phones on the move send; and many times that. */
const RATES = [33, 300];
const MIDDLE = { lat: 37.7955, lng: -122.3937 };
/** Users stand so far apart, in degrees of latitude (0.1 m). */
const STEP_DEGREES = 1e-6;
const STOP_DEADLINE_MS = 5_000;

type App = 'script' | 'OwnTracks';
const GROUPS = ['ingest', 'location', 'friend-graph', 'redis', 'gateway'] as const;
type Group = (typeof GROUPS)[number];

export const backgroundReports: Benchmark = {
  name: 'background-reports',
  about: 'what a report of a background app costs; a minute',
  isByNameOnly: true,
  async run(context) {
    const users = context.clients(USERS);
    const graph = context.graph(users);
    const rows = await context.withFriendships(graph, async ({ url }) => {
      await insertDevices(url, users);
      const stack = await startStack({
        gateways: 1,
        locations: 1,
        friendGraphs: 1,
        ingests: 1,
        databaseUrl: url,
        stopDeadlineMs: STOP_DEADLINE_MS,
        env: { all: { NODE_ENV: 'production', LOG_LEVEL: 'warn' }, 'friend-graph': { DEV_TOKENS: 'false' } },
      });
      try {
        return await measureAll(context, stack, users);
      } finally {
        await stack.forceStop();
      }
    });
    return {
      title: `${users} users with ${graph.friends} friends each, all near, past nginx; CPU in µs per report`,
      columns: [
        { key: 'app', label: 'app' },
        { key: 'rate', label: 'reports/s' },
        { key: 'friends', label: 'friends in the answer', digits: 1 },
        { key: 'total', label: 'µs each' },
        ...GROUPS.map((key) => ({ key, label: key === 'redis' ? 'Redis' : key })),
        { key: 'p50', label: 'p50 ms', digits: 1 },
        { key: 'p99', label: 'p99 ms', digits: 1 },
      ],
      rows,
      notes: ['Without PostgreSQL. What the processes need while nothing happens is taken off.'],
    };
  },
};

const secretOf = (user: number): string => `secret-of-device-${user}`;

async function insertDevices(databaseUrl: string, users: number): Promise<void> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  const all = Array.from({ length: users }, (_, user) => user);
  await client.query(
    `INSERT INTO devices (id, user_id, name, secret_hash)
     SELECT lpad(place::text, 16, '0'), name, 'Phone', hash FROM unnest($1::int[], $2::text[], $3::bytea[]) AS one (place, name, hash)`,
    [all, all.map(userName), all.map((user) => createHash('sha256').update(secretOf(user)).digest())],
  );
  await client.end();
}

async function measureAll(context: BenchContext, stack: Stack, users: number): Promise<Row[]> {
  const [ingest] = stack.ingests;
  if (!ingest) throw new Error('there is no ingest');
  const agent = new Agent({ keepAlive: true });
  const report = (app: App, user: number) => post(agent, ingest.port, app, user);
  try {
    // All are active, and the hot paths are compiled.
    for (let user = 0; user < users; user++) await report(user % 2 === 0 ? 'script' : 'OwnTracks', user);
    const idle = await cpuDuring(context, stack, () => delay(context.settings.seconds * 1_000));
    const rows: Row[] = [];
    for (const app of ['script', 'OwnTracks'] as const) {
      for (const rate of RATES) rows.push(await measure(context, stack, { app, rate, users, idle, report }));
    }
    return rows;
  } finally {
    agent.destroy();
  }
}

interface Case {
  readonly app: App;
  readonly rate: number;
  readonly users: number;
  /** µs per second, by group. */
  readonly idle: Readonly<Record<Group, number>>;
  readonly report: (app: App, user: number) => Promise<number>;
}

async function measure(context: BenchContext, stack: Stack, { app, rate, users, idle, report }: Case): Promise<Row> {
  context.log(`${rate} reports/s of ${app}`);
  const count = Math.ceil(rate * context.settings.seconds);
  const times: number[] = [];
  let friends = 0;
  const cpu = await cpuDuring(context, stack, async () => {
    const startedAt = performance.now();
    await Promise.all(
      Array.from({ length: count }, async (_, place) => {
        await delay((place * 1_000) / rate);
        const sentAt = performance.now();
        const seen = await report(app, place % users);
        friends += seen;
        times.push(performance.now() - sentAt);
      }),
    );
    const restMs = context.settings.seconds * 1_000 - (performance.now() - startedAt);
    if (restMs > 0) await delay(restMs);
  });
  const costs = Object.fromEntries(GROUPS.map((group) => [group, Math.round((cpu[group] - idle[group]) / rate)]));
  const total = Object.values(costs).reduce((sum, cost) => sum + cost, 0);
  return {
    app,
    rate,
    friends: friends / count,
    total,
    ...costs,
    p50: quantile(times, 0.5),
    p99: quantile(times, 0.99),
  };
}

/** µs per second of each group's processes while `work` runs. */
async function cpuDuring(
  context: BenchContext,
  stack: Stack,
  work: () => Promise<unknown>,
): Promise<Record<Group, number>> {
  context.check();
  const pids: Readonly<Record<Group, readonly number[]>> = {
    ingest: pidsOf(stack.ingests),
    location: pidsOf(stack.locations),
    'friend-graph': pidsOf(stack.friendGraphs),
    redis: stack.redis ? [stack.redis.pid] : [],
    gateway: pidsOf(stack.gateways),
  };
  const before = await Promise.all(GROUPS.map((group) => readCpu(pids[group])));
  const startedAt = performance.now();
  await work();
  const seconds = (performance.now() - startedAt) / 1_000;
  const after = await Promise.all(GROUPS.map((group) => readCpu(pids[group])));
  const rates = GROUPS.map((group, i) => {
    const [was, is] = [before[i], after[i]];
    return [group, was && is ? cpuBetween(was, is) / 1_000 / seconds : 0];
  });
  return Object.fromEntries(rates) as Record<Group, number>;
}

/** Resolves with how many friends the answer has. */
function post(agent: Agent, port: number, app: App, user: number): Promise<number> {
  const place = { lat: MIDDLE.lat + user * STEP_DEGREES, lng: MIDDLE.lng };
  const isOwnTracks = app === 'OwnTracks';
  const tst = Math.floor(Date.now() / 1_000);
  const body = isOwnTracks ? { _type: 'location', lat: place.lat, lon: place.lng, tst, acc: 10, batt: 50 } : place;
  const credentials = isOwnTracks
    ? `Basic ${Buffer.from(`${userName(user)}:${secretOf(user)}`).toString('base64')}`
    : `Bearer ${secretOf(user)}`;
  return new Promise((resolve, reject) => {
    const path = isOwnTracks ? '/api/v1/owntracks' : '/api/v1/positions';
    const options = { host: '127.0.0.1', port, path, method: 'POST', agent, headers: { authorization: credentials } };
    const sent = request(options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('end', () => {
        if (response.statusCode !== 200) return reject(new Error(`a report was answered with ${response.statusCode}`));
        const answer = JSON.parse(Buffer.concat(chunks).toString()) as unknown;
        resolve(Array.isArray(answer) ? answer.filter((one) => one._type === 'location').length : 0);
      });
    });
    sent.once('error', reject);
    sent.end(JSON.stringify(body));
  });
}
