import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type GraphEvent, parseUserId } from '@nearby-friends/protocol';
import { ManualClock, Metrics, silentLogger, systemClock } from '@nearby-friends/service-kit';
import { eventually } from '@nearby-friends/testing/eventually';
import { Client } from 'pg';
import { useDatabase } from '../database/database.testing.ts';
import { openDatabase } from '../database/database.ts';
import { DatabaseEpochs } from '../database/database-epochs.ts';
import { GraphTransactions } from '../database/graph-transaction.ts';
import { MAX_ROWS_PER_MOVE, OutboxRepository } from '../database/outbox-repository.ts';
import { createFriendGraphMetrics } from '../metrics/friend-graph-metrics.ts';
import { EventStreamOfTest } from './event-stream.testing.ts';
import { OutboxRelay, RELAY_INTERVAL_MS } from './outbox-relay.ts';

const database = useDatabase();
const ends: (() => unknown)[] = [];
let stream: EventStreamOfTest;

beforeEach(() => {
  stream = new EventStreamOfTest();
});
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

/** A replica with its own connections and the shared stream. */
function newReplica(clock = systemClock) {
  const opened = openDatabase({
    databaseUrl: database.url,
    poolSize: 3,
    queryTimeoutMs: 2_000,
    connectTimeoutMs: 2_000,
    role: 'replica',
    logger: silentLogger,
  });
  const registry = new Metrics();
  const metrics = createFriendGraphMetrics(registry);
  const epochs = new DatabaseEpochs({ client: opened.client, boundary: Date.now });
  const outbox = new OutboxRepository({ client: opened.client, epochs });
  const relay = new OutboxRelay({ outbox, stream, clock, logger: silentLogger, metrics });
  ends.push(() => relay.drain());
  ends.push(() => opened.component.stop?.());
  const transactions = new GraphTransactions({ client: opened.client });
  let version = 0;
  return {
    relay,
    outbox,
    metrics,
    registry,
    /** Commits `count` changes, each in its own transaction. */
    async change(count = 1): Promise<void> {
      for (let i = 0; i < count; i++) {
        await transactions.run((transaction) => transaction.appendEvents([{ kind: 'reread', version: ++version }]));
      }
    },
  };
}

const versions = (events: readonly GraphEvent[] = stream.events) => events.map((event) => event.version);
const upTo = (count: number) => Array.from({ length: count }, (_, i) => i + 1);
const waiting = async () => Number((await database.query<{ count: string }>('SELECT count(*) FROM outbox'))[0]?.count);

describe('[G4] the relay', () => {
  it('relays everything committed to the stream, in order, and empties the outbox', async () => {
    const { relay, change, registry } = newReplica();
    await database.query(
      `INSERT INTO outbox (event) SELECT jsonb_build_object('kind', 'reread', 'version', i)
       FROM generate_series(1, $1::int) i`,
      [2 * MAX_ROWS_PER_MOVE + 3],
    );
    await change();
    await relay.flush();
    expect(versions()).toEqual([...upTo(2 * MAX_ROWS_PER_MOVE + 3), 1]);
    expect(await waiting()).toBe(0);
    const text = await registry.registry.metrics();
    expect(text).toMatch(new RegExp(`^nearby_outbox_relayed_total ${2 * MAX_ROWS_PER_MOVE + 4}$`, 'm'));
  });

  it('keeps every kind of event as it was', async () => {
    const [ann, bob] = [parseUserId('ann'), parseUserId('bob')];
    const events: GraphEvent[] = [
      { kind: 'edge', version: 1, viewer: ann, subject: bob, grant: { precision: 'approximate', until: 1.5e12 } },
      { kind: 'edge', version: 2, viewer: ann, subject: bob, grant: null },
      { kind: 'sharing', version: 3, subject: ann, sharing: { paused: true, until: null } },
      { kind: 'radius', version: 4, user: ann, radiusMeters: 8046.72 },
      { kind: 'signed-out', version: 5, user: ann, before: 1_700_000_000_123 },
      { kind: 'erased', version: 6, user: ann, before: 1 },
    ];
    await new GraphTransactions({ client: database.opened.client }).run((transaction) =>
      transaction.appendEvents(events),
    );
    await newReplica().relay.flush();
    expect(stream.events).toEqual(events);
  });

  it('shares a pass among callers, and runs another for a caller during a pass', async () => {
    const { relay, change } = newReplica();
    await change();
    let passes = 0;
    let late: Promise<void> | undefined;
    stream.beforeAppend = async () => {
      if (passes++ > 0) return;
      await change();
      late = relay.flush();
    };
    await Promise.all([relay.flush(), relay.flush()]);
    await late;
    expect(passes).toBe(2);
    expect(versions()).toEqual([1, 2]);
  });

  it('does not delete a row that was committed late under a lower id', async () => {
    const { relay, change } = newReplica();
    const slow = new Client({ connectionString: database.url });
    await slow.connect();
    await slow.query(`BEGIN; INSERT INTO outbox (event) VALUES ('{"kind": "reread", "version": 77}')`);
    await change();
    stream.beforeAppend = async () => {
      stream.beforeAppend = () => undefined;
      await slow.query('COMMIT');
    };
    await relay.flush();
    expect(versions()).toEqual([1]);
    await relay.flush();
    expect(versions()).toEqual([1, 77]);
    await slow.end();
  });

  it('runs on one replica at a time; the others wait or relay the rest', async () => {
    const replicas = [newReplica(), newReplica(), newReplica()];
    let atOnce = 0;
    stream.beforeAppend = async () => {
      expect(++atOnce).toBe(1);
      // A round trip to PostgreSQL, during which the other replicas try to relay.
      await waiting();
      atOnce--;
    };
    await Promise.all(
      replicas.map(async ({ change, relay }) => {
        for (let i = 0; i < 10; i++) {
          await change();
          const already = stream.events.length;
          await relay.flush();
          expect(stream.events.length).toBeGreaterThanOrEqual(Math.min(already, 1));
        }
      }),
    );
    expect(stream.events).toHaveLength(30);
    expect(await waiting()).toBe(0);
  });

  it('relays again when it died between append and delete', async () => {
    const [dying, other] = [newReplica(), newReplica()];
    await dying.change(3);
    stream.beforeAppend = async () => {
      stream.beforeAppend = () => undefined;
      // As kill -9 does to its connections, after the append.
      await database.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'replica'`);
    };
    await expect(dying.relay.flush()).rejects.toMatchObject({ code: 'unavailable' });
    expect(versions()).toEqual([1, 2, 3]);
    await other.relay.flush();
    expect(versions()).toEqual([1, 2, 3, 1, 2, 3]);
    expect(await waiting()).toBe(0);
  });

  it('relays events of a replica that died between commit and relay', async () => {
    const ticks = new ManualClock();
    // What waits for another replica waits in real time.
    const { relay } = newReplica({ ...systemClock, every: (ms, run) => ticks.every(ms, run) });
    relay.start();
    await relay.flush();
    await newReplica().change(2);
    expect(versions()).toEqual([]);
    ticks.advance(RELAY_INTERVAL_MS);
    await eventually(() => expect(versions()).toEqual([1, 2]));
  });

  it('continues on another replica when one freezes during a move', async () => {
    const [frozen, other] = [newReplica(), newReplica()];
    await frozen.change(2);
    let thaw: () => void = () => undefined;
    stream.beforeAppend = () => {
      stream.beforeAppend = () => undefined;
      return new Promise((resolve) => (thaw = resolve));
    };
    const freezing = frozen.outbox.move(stream);
    freezing.catch(() => undefined);
    await eventually(async () =>
      expect(await database.query(`SELECT FROM pg_locks WHERE locktype = 'advisory'`)).toHaveLength(1),
    );
    await other.relay.flush();
    expect(versions()).toEqual([1, 2]);
    thaw();
    await expect(freezing).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('keeps everything while Redis is unavailable, measures the backlog, and recovers', async () => {
    const { relay, change, metrics } = newReplica();
    relay.start();
    stream.beforeAppend = () => Promise.reject(new Error('gone'));
    await change(2);
    await expect(relay.flush()).rejects.toMatchObject({ code: 'unavailable' });
    await eventually(() => expect(metrics.outbox).toEqual({ rows: 2, oldestSeconds: expect.any(Number) }));
    expect(metrics.outbox.oldestSeconds).toBeGreaterThan(0);
    stream.beforeAppend = () => undefined;
    await eventually(() => expect(versions()).toEqual([1, 2]));
    await eventually(() => expect(metrics.outbox).toEqual({ rows: 0, oldestSeconds: 0 }));
  });

  it('recovers when PostgreSQL is available again', async () => {
    const { relay, change } = newReplica();
    await change();
    relay.start();
    await eventually(() => expect(versions()).toEqual([1]));
    await database.takeAway();
    await expect(relay.flush()).rejects.toMatchObject({ code: 'unavailable' });
    await database.bringBack();
    await eventually(() => change());
    await eventually(() => expect(versions()).toContain(2));
  });
});
