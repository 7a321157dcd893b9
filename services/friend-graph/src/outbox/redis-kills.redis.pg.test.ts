/** Redis is killed and comes back empty beside changes: the database was not restored, and no replica takes it for that. */
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { connectRedis, FencedStreamWriter, openRedis } from '@nearby-friends/bus';
import { type Redis, startRedis } from '@nearby-friends/local-stack';
import { type Clock, Metrics, silentLogger, systemClock } from '@nearby-friends/service-kit';
import { eventually } from '@nearby-friends/testing/eventually';
import { createRepositories } from '../database/create-repositories.ts';
import { useDatabase } from '../database/database.testing.ts';
import { openDatabase } from '../database/database.ts';
import { createFriendGraphMetrics } from '../metrics/friend-graph-metrics.ts';
import { OutboxRelay } from './outbox-relay.ts';

const KILLS = 4;
/** A replica waits for ever for the other: the test does not depend on how fast that one reconnects. */
const PATIENT: Clock = { ...systemClock, now: () => 0 };

const database = useDatabase();
const ends: (() => unknown)[] = [];
let redis: Redis;

beforeAll(async () => {
  redis = await startRedis();
});
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});
afterAll(() => redis.stop());

async function startReplica() {
  const opened = openDatabase({
    databaseUrl: database.url,
    poolSize: 3,
    queryTimeoutMs: 20_000,
    connectTimeoutMs: 20_000,
    role: 'replica',
    logger: silentLogger,
  });
  ends.push(() => opened.component.stop?.());
  const connection = openRedis({ url: redis.url, purpose: 'commands', role: 'replica', logger: silentLogger });
  ends.push(() => connection.disconnect());
  await connectRedis(connection);
  const stream = new FencedStreamWriter({
    redis: connection,
    stream: 'graph-events',
    clock: systemClock,
    logger: silentLogger,
  });
  const { outbox, transactions, epochs } = createRepositories(opened, { redisNow: Date.now });
  const metrics = createFriendGraphMetrics(new Metrics());
  const relay = new OutboxRelay({ outbox, stream, clock: PATIENT, logger: silentLogger, metrics });
  relay.start();
  ends.push(() => relay.drain());
  return {
    relay,
    epochs,
    async change(): Promise<void> {
      await transactions.run(async (transaction) => {
        await transaction.appendEvents([{ kind: 'reread', version: await transaction.nextVersion() }]);
      });
      await relay.flush();
    },
  };
}

it('[G8] keeps the epoch however often Redis is killed, beside changes of two replicas', async () => {
  const replicas = [await startReplica(), await startReplica()] as const;
  for (const { change } of replicas) await change();
  const { id } = await replicas[0].epochs.read();
  for (let i = 0; i < KILLS; i++) {
    const [last, other] = i % 2 === 0 ? replicas : ([replicas[1], replicas[0]] as const);
    await last.change();
    // The last times a change is under way; it is relayed afterwards.
    const underWay = i < KILLS / 2 ? Promise.resolve() : last.change().catch(() => undefined);
    await redis.kill();
    await redis.restart();
    await eventually(() => other.relay.flush());
    await underWay;
    await eventually(() => last.relay.flush());
    expect((await other.epochs.read()).id).toBe(id);
  }
}, 60_000);
