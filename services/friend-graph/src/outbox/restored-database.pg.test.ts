/** A database that is restored from a backup has another past than gateways know: it is noticed, and they are told (G8). */
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Clock, ManualClock, Metrics, silentLogger, systemClock } from '@nearby-friends/service-kit';
import { eventually } from '@nearby-friends/testing/eventually';
import { createRepositories } from '../database/create-repositories.ts';
import { useDatabase } from '../database/database.testing.ts';
import { openDatabase } from '../database/database.ts';
import { createFriendGraphMetrics } from '../metrics/friend-graph-metrics.ts';
import { EventStreamOfTest } from './event-stream.testing.ts';
import { OutboxRelay, RELAY_INTERVAL_MS } from './outbox-relay.ts';

const database = useDatabase();
const ends: (() => unknown)[] = [];
let stream: EventStreamOfTest;
const kinds = () => stream.events.map(({ kind }) => kind);
/** For a replica that waits for ever for one that remembers: then its test does not depend on how fast that one is. */
const PATIENT: Clock = { ...systemClock, now: () => 0 };

beforeEach(() => {
  stream = new EventStreamOfTest();
});
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

function newReplica(clock = systemClock) {
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
  const relay = new OutboxRelay({ outbox, stream, clock, logger: silentLogger, metrics });
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

/** A replica that runs, and another that is the first to compare after Redis lost its memory; then the running one ticks. */
function firstIsOther(...otherClock: Clock[]) {
  const ticks = new ManualClock();
  const running = newReplica({ ...systemClock, every: (ms, run) => ticks.every(ms, run) });
  const other = newReplica(...otherClock);
  running.relay.start();
  return {
    running,
    other,
    async changeAfterLoss(): Promise<void> {
      stream.marked = null;
      const marksRead = stream.marksRead;
      const changed = other.change();
      await eventually(() => expect(stream.marksRead).toBeGreaterThan(marksRead));
      ticks.advance(RELAY_INTERVAL_MS);
      await changed;
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

describe('[G8] a database that is restored when Redis has just lost its memory', () => {
  it('is noticed though a replica that missed the last changes is the first to relay', async () => {
    const { running, other, changeAfterLoss } = firstIsOther();
    await other.change();
    await running.change();
    const restore = await backUp();
    await running.change();
    await restore();
    await changeAfterLoss();
    expect(kinds()).toEqual(['reread', 'reread', 'reread', 'epoch', 'reread']);
  });

  it('is noticed by the replica that relayed what is lost, though another has relayed as many changes since', async () => {
    const [last, other] = [newReplica(), newReplica()];
    await other.change();
    const restore = await backUp();
    await last.change();
    stream.marked = null;
    await restore();
    await other.change();
    await last.relay.flush();
    expect(kinds()).toEqual(['reread', 'reread', 'reread', 'epoch']);
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

  it('keeps its epoch when the first replica to relay after that has not seen the last change', async () => {
    const { running, other, changeAfterLoss } = firstIsOther(PATIENT);
    await other.change();
    await running.change();
    await changeAfterLoss();
    expect(kinds()).toEqual(['reread', 'reread', 'reread']);
  });

  it('keeps its epoch when the first replica to relay after that has just started', async () => {
    const { running, changeAfterLoss } = firstIsOther(PATIENT);
    await running.change();
    await changeAfterLoss();
    expect(kinds()).toEqual(['reread', 'reread']);
  });

  it.each([
    ['nothing', null],
    ['an older change', `${randomUUID()} 1 0`],
  ])('has its mark again when Redis remembers %s, though nothing is changed', async (_, marked) => {
    const { relay, change, stop } = newReplica();
    relay.start();
    await change();
    const before = stream.marked;
    stream.marked = marked;
    await eventually(() => expect(stream.marked?.split(' ')[0]).toBe(before?.split(' ')[0]));
    await stop();
    await newReplica().change();
    expect(kinds()).toEqual(['reread', 'reread']);
  });

  it('has its mark again when Redis lost everything during a relay', async () => {
    const { relay, change } = newReplica();
    relay.start();
    await change();
    stream.beforeAppend = () => {
      stream.beforeAppend = () => undefined;
      stream.marked = null;
    };
    await change();
    await eventually(() => expect(stream.marked).not.toBeNull());
    await newReplica().change();
    expect(kinds()).toEqual(['reread', 'reread', 'reread']);
  });
});
