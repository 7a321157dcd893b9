/** Replicas that relay from one database to one stream, and backups of that database. */
import { afterEach, beforeEach } from '@jest/globals';
import { Metrics, silentLogger, systemClock } from '@nearby-friends/service-kit';
import { createRepositories } from '../database/create-repositories.ts';
import type { DatabaseOfTest } from '../database/database.testing.ts';
import { openDatabase } from '../database/database.ts';
import { createFriendGraphMetrics } from '../metrics/friend-graph-metrics.ts';
import { EventStreamOfTest } from './event-stream.testing.ts';
import { OutboxRelay } from './outbox-relay.ts';

const TABLES = ['outbox', 'database_epoch'];

/** Call it once in a test file, outside of tests. The replicas stop with each test. */
export function useReplicas(database: DatabaseOfTest) {
  const ends: (() => unknown)[] = [];
  let stream: EventStreamOfTest;
  beforeEach(() => {
    stream = new EventStreamOfTest();
  });
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
  });

  return {
    /** Fresh in each test. */
    get stream() {
      return stream;
    },
    kinds: () => stream.events.map(({ kind }) => kind),
    newReplica(clock = systemClock) {
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
    },
    /** As pg_dump does: rows and the position of the sequence. Returns what pg_restore does. */
    async backUp(): Promise<() => Promise<void>> {
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
    },
  };
}
