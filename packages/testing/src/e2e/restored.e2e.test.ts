/** PostgreSQL is restored from a backup, or Redis loses its memory, while gateways stay up (G8, S4). */
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { eventually } from '../plain/eventually.ts';
import { FERRY_BUILDING } from '../plain/places.ts';
import { revocations } from '../rights/revocations.ts';
import { RightsTrial } from '../rights/rights-trial.ts';
import { type PostgresWithBackups, startPostgresWithBackups } from '../servers/postgres-with-backups.ts';
import { ApiClient } from '../stack/api-client.ts';
import { Deployment } from '../stack/deployment.ts';
import type { NearbyClient } from '../stack/nearby-client.ts';
import { readMetric } from '../stack/read-metric.ts';

const SEEN_MS = 20_000;
const NEWCOMER_BOUND_MS = 5_000;
/** Each way of revoking by two pairs in each round. */
const PAIRS = 10;
const ROUNDS = 2;
const REPORT_INTERVAL_MS = 200;

let postgres: PostgresWithBackups;
let deployment: Deployment;
let api: ApiClient;
let placed = 0;

beforeAll(async () => {
  postgres = await startPostgresWithBackups();
  const gateway = { FLUSH_INTERVAL_MS: '250' };
  deployment = new Deployment({ databaseUrl: postgres.databaseUrl, env: { gateway } });
  await deployment.start();
  api = new ApiClient(deployment);
}, 180_000);
afterEach(() => deployment.closeClients());
afterAll(async () => {
  await deployment?.stop();
  await postgres?.stop();
}, 60_000);

const nextPlace = () => ({ lat: FERRY_BUILDING.lat + ++placed * 0.0001, lng: FERRY_BUILDING.lng });
const call = (user: string, method: string, path: string, body?: unknown) =>
  api.callUntilAccepted(user, method, path, body);

async function befriend(one: string, other: string): Promise<void> {
  await call(one, 'POST', '/friend-requests', { to: other });
  await call(other, 'POST', `/friend-requests/${one}/accept`);
}

/** Reports a new place and resolves when all of these viewers see it. */
async function untilSeen(client: NearbyClient, id: string, viewers: readonly NearbyClient[]): Promise<void> {
  const place = nextPlace();
  const ack = await client.report(place);
  if (!ack.ok) throw new Error('not accepted');
  const { at } = ack;
  await eventually(async () => {
    // One that waited for a busy gateway counts as of before, and the next one is seen.
    await client.report(place);
    expect(viewers.map((viewer) => (viewer.list.get(id)?.at ?? 0) >= at)).toEqual(viewers.map(() => true));
  }, SEEN_MS);
}

const friendGraphs = () => deployment.stack.friendGraphs;
const restoresNoticed = async () => {
  const counts = friendGraphs().map(({ opsPort }) => readMetric(opsPort, 'nearby_database_restores_total'));
  return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
};

describe.each([
  ['while friend-graph is stopped', true],
  ['while friend-graph runs', false],
])('PostgreSQL is restored %s', (_name, isStopped) => {
  it('[G8] [G5] a hide, and a block of a friend it has lost, end the delivery; later grants count', async () => {
    const slug = isStopped ? 's' : 'r';
    const [ann, ben, cid, eve] = ['ann', 'ben', 'cid', 'eve'].map((user) => `${user}-${slug}`) as [
      string,
      string,
      string,
      string,
    ];
    await befriend(ann, ben);
    for (const viewer of [ben, cid]) await befriend(eve, viewer);
    const clients = await Promise.all(
      [ann, ben, cid, eve].map((user, i) => deployment.signIn(user, { gateway: i % 2 })),
    );
    const [a, b, c, e] = clients as [NearbyClient, NearbyClient, NearbyClient, NearbyClient];
    await Promise.all(clients.map((client) => client.reportUntilKept(FERRY_BUILDING)));
    await untilSeen(a, ann, [b]);
    await postgres.backUp();
    for (let i = 0; i < 6; i++) await call(ann, 'PUT', `/viewers/${ben}`, { precision: 'exact' });
    // Younger than the backup.
    await befriend(ann, cid);
    await untilSeen(a, ann, [b, c]);
    const noticedBefore = isStopped ? 0 : await restoresNoticed();
    if (isStopped) {
      for (const service of friendGraphs()) service.kill('SIGTERM');
      // One that still drains could notice the restore, and its counter ends with it.
      await Promise.all(friendGraphs().map(({ exited }) => exited));
    }
    await postgres.restore();
    if (isStopped) for (const service of friendGraphs()) await service.start();
    await call(ann, 'PUT', `/viewers/${ben}`, { precision: 'hidden' });
    await call(ann, 'POST', '/blocks', { userId: cid });
    const revokedAt = Date.now();
    const leaked: string[] = [];
    for (const viewer of [b, c]) {
      viewer.socket.onAny((_event, { friends = [], upserts = [] }) => {
        for (const { id } of [...friends, ...upserts]) if (id === ann) leaked.push(id);
      });
    }
    const ack = await a.report(nextPlace());
    expect(ack.ok && ack.at).toBeGreaterThanOrEqual(revokedAt - 1_000);
    // What was held back for the viewers came with this, or will never come.
    await untilSeen(e, eve, [b, c]);
    expect(leaked).toEqual([]);
    expect([b.list.has(ann), c.list.has(ann)]).toEqual([false, false]);
    await eventually(async () => expect((await restoresNoticed()) - noticedBefore).toBe(1));
    await call(ann, 'PUT', `/viewers/${ben}`, { precision: 'exact' });
    await untilSeen(a, ann, [b]);
    expect(c.list.has(ann)).toBe(false);
    for (const gateway of [0, 1])
      expect(await deployment.gatewayMetric(gateway, 'nearby_post_revocation_deliveries_total')).toBe(0);
  }, 120_000);
});

it('[G8] [G5] after a restore, under reports, nothing is delivered after the response to any way of revoking', async () => {
  const ways = revocations(api);
  const pairs = Array.from({ length: PAIRS }, (_, i) => ({ subject: `subject-${i}`, viewer: `viewer-${i}` }));
  const trial = new RightsTrial({ deployment, pairs, reportIntervalMs: REPORT_INTERVAL_MS });
  const tryWays = (first: number) =>
    Promise.all(
      pairs.map(async (pair, i) => {
        const way = ways[(first + i) % ways.length];
        if (way) await trial.try(way, pair);
      }),
    );
  try {
    await trial.start((_person, index) => index % 2);
    for (let round = 0; round < ROUNDS; round++) {
      await postgres.backUp();
      await tryWays(round);
      await postgres.restore();
      await tryWays(round + 1);
    }
    for (const pair of pairs) await trial.untilSeen(pair);
    expect(trial.violations).toEqual([]);
    expect(trial.callsMs.length).toBe(2 * ROUNDS * PAIRS);
    for (const gateway of [0, 1])
      expect(await deployment.gatewayMetric(gateway, 'nearby_post_revocation_deliveries_total')).toBe(0);
  } finally {
    trial.stop();
  }
}, 180_000);

describe('Redis loses its memory and no connection', () => {
  it('[S4] a viewer who comes then sees friends at rest, also one whose phone is gone', async () => {
    await deployment.befriend(['fay', 'gus'], ['fay', 'hal'], ['hal', 'gus']);
    const [fay, hal] = await Promise.all(['fay', 'hal'].map((user, i) => deployment.signIn(user, { gateway: i })));
    if (!fay || !hal) throw new Error('not signed in');
    await Promise.all([fay.reportUntilKept(FERRY_BUILDING), hal.reportUntilKept(FERRY_BUILDING)]);
    await eventually(() => expect(fay.list.has('hal')).toBe(true), SEEN_MS);
    hal.close();
    const redis = new Redis(deployment.stack.redisUrl);
    await redis.flushall();
    redis.disconnect();
    const lostAt = Date.now();
    const gus = await deployment.signIn('gus');
    await gus.report(FERRY_BUILDING);
    await eventually(() => expect(gus.friendIds.sort()).toEqual(['fay', 'hal']), SEEN_MS);
    expect(Date.now() - lostAt).toBeLessThan(NEWCOMER_BOUND_MS);
  }, 60_000);
});
