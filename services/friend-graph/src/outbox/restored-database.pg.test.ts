/** A database that is restored from a backup has another past than gateways know: it is noticed, and they are told (G8). */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Metrics, silentLogger, systemClock } from '@nearby-friends/service-kit';
import { eventually } from '@nearby-friends/testing/eventually';
import { createRepositories } from '../database/create-repositories.ts';
import { useDatabase } from '../database/database.testing.ts';
import { openDatabase } from '../database/database.ts';
import { createFriendGraphMetrics } from '../metrics/friend-graph-metrics.ts';
import { EventStreamOfTest } from './event-stream.testing.ts';
import { OutboxRelay } from './outbox-relay.ts';

const database = useDatabase();
const ends: (() => unknown)[] = [];
let stream: EventStreamOfTest;
const kinds = () => stream.events.map(({ kind }) => kind);

beforeEach(() => {
  stream = new EventStreamOfTest();
});
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

function newReplica() {
  const opened = openDatabase({
    databaseUrl: database.url,
    poolSize: 3,
    queryTimeoutMs: 5_000,
    connectTimeoutMs: 5_000,
    role: 'replica',
    logger: silentLogger,
  });
  const metrics = createFriendGraphMetrics(new Metrics());
  const { outbox, transactions, epochs } = createRepositories(opened, { redisNow: Date.now });
  const relay = new OutboxRelay({ outbox, stream, clock: systemClock, logger: silentLogger, metrics });
  let stopped: Promise<void> | null = null;
  const stopOnce = async () => {
    await relay.drain();
    await opened.component.stop?.();
  };
  const stop = () => (stopped ??= stopOnce());
  ends.push(stop);
  return {
    relay,
    epochs,
    stop,
    /** Commits one change and relays it, as a call of the API does. */
    async change(): Promise<void> {
      await transactions.run(async (transaction) => {
        await transaction.appendEvents([{ kind: 'reread', version: await transaction.nextVersion() }]);
      });
      await relay.flush();
    },
  };
}

const TABLES = ['outbox', 'database_epoch'];

/** As pg_dump does: rows and the position of the sequence. Returns what pg_restore does. */
async function backUp(): Promise<() => Promise<void>> {
  const copies = TABLES.map((table) => `CREATE TABLE backup.${table} AS TABLE public.${table};`);
  await database.query(`DROP SCHEMA IF EXISTS backup CASCADE; CREATE SCHEMA backup; ${copies.join(' ')}`);
  const [sequence] = await database.query<{ last: string; called: boolean }>(
    'SELECT last_value AS last, is_called AS called FROM graph_version',
  );
  return async () => {
    const rows = TABLES.map((table) => `DELETE FROM ${table}; INSERT INTO ${table} SELECT * FROM backup.${table};`);
    const position = `SELECT setval('graph_version', ${sequence?.last}, ${sequence?.called});`;
    await database.query(`BEGIN; ${rows.join(' ')} ${position} COMMIT`);
  };
}

describe('[G8] a restored database', () => {
  it('is noticed while a replica runs, though nothing is changed after it', async () => {
    const { relay, change } = newReplica();
    relay.start();
    await change();
    const restore = await backUp();
    await change();
    await restore();
    await eventually(() => expect(kinds()).toEqual(['reread', 'reread', 'epoch']));
  });

  it('is noticed with the first change after it, which comes after the new epoch; later ones have higher versions', async () => {
    const { change } = newReplica();
    await change();
    const restore = await backUp();
    for (let i = 0; i < 6; i++) await change();
    const before = stream.events.splice(0);
    await restore();
    await change();
    expect(kinds()).toEqual(['epoch', 'reread']);
    await change();
    expect(kinds()).toEqual(['epoch', 'reread', 'reread']);
    // That of the first change was taken from the restored sequence; gateways read all rights after the epoch's event.
    const highest = Math.max(...before.map(({ version }) => version));
    const [epoch, , next] = stream.events.map(({ version }) => version);
    expect(epoch).toBeGreaterThan(highest);
    expect(next).toBeGreaterThan(epoch ?? 0);
  });

  it('is noticed however many changes are committed before the first is relayed', async () => {
    const { change } = newReplica();
    await change();
    const restore = await backUp();
    await change();
    await restore();
    await database.query(
      `INSERT INTO outbox (event) SELECT jsonb_build_object('kind', 'reread', 'version', nextval('graph_version'))
       FROM generate_series(1, 10)`,
    );
    await change();
    expect(kinds().filter((kind) => kind === 'epoch')).toHaveLength(1);
  });

  it.each([
    ['knows of', false],
    ['has lost', true],
  ])('is noticed by a replica that starts after it, when Redis %s the past', async (_, isLost) => {
    const before = newReplica();
    await before.change();
    const restore = await backUp();
    await before.change();
    const first = await before.epochs.read();
    await before.stop();
    await restore();
    stream.events.length = 0;
    if (isLost) stream.marked = null;
    newReplica().relay.start();
    await eventually(() => expect(kinds()).toEqual(['epoch']));
    const [event] = stream.events;
    if (event?.kind !== 'epoch') throw new Error('no epoch');
    expect(event.epoch.id).not.toBe(first.id);
    expect(event.epoch.began).toBeGreaterThan(first.began);
  });

  it('is noticed by a replica that runs when Redis was restored together with it', async () => {
    const { relay, change } = newReplica();
    relay.start();
    await change();
    const [restore, marked] = [await backUp(), stream.marked];
    await change();
    stream.marked = marked;
    await restore();
    await eventually(() => expect(kinds()).toEqual(['reread', 'reread', 'epoch']));
  });

  it('is noticed once, whichever replica does, and twice if it is restored twice', async () => {
    const [one, other] = [newReplica(), newReplica()];
    for (const { relay } of [one, other]) relay.start();
    await one.change();
    const restore = await backUp();
    for (const times of [1, 2]) {
      await other.change();
      await restore();
      await eventually(() => expect(kinds().filter((kind) => kind === 'epoch')).toHaveLength(times));
      await Promise.all([one.change(), other.change()]);
      expect(kinds().filter((kind) => kind === 'epoch')).toHaveLength(times);
    }
  });
});

describe('a database that was not restored', () => {
  it('keeps its epoch when replicas come and go, and when one has relayed what the other has not seen', async () => {
    const [one, other] = [newReplica(), newReplica()];
    for (const { relay } of [one, other]) relay.start();
    for (const { change } of [one, other, one]) await change();
    await one.stop();
    await other.change();
    await other.stop();
    await newReplica().change();
    expect(kinds()).toEqual(Array(5).fill('reread'));
  });

  it('keeps its epoch when a relay dies between append and commit', async () => {
    const dying = newReplica();
    await dying.change();
    stream.beforeAppend = async () => {
      stream.beforeAppend = () => undefined;
      const replaceMark = stream.replaceMark.bind(stream);
      stream.replaceMark = async (previous, next) => {
        await replaceMark(previous, next);
        await database.query(
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'replica'`,
        );
      };
    };
    await expect(dying.change()).rejects.toMatchObject({ code: 'unavailable' });
    await newReplica().relay.flush();
    expect(kinds()).toEqual(['reread', 'reread', 'reread']);
  });

  it('keeps its epoch when Redis loses everything while a replica runs, which leaves its mark again', async () => {
    const { change, stop } = newReplica();
    await change();
    stream.marked = null;
    await change();
    await stop();
    await newReplica().change();
    expect(kinds()).toEqual(['reread', 'reread', 'reread']);
  });
});
