/** A PostgreSQL server per test file, with a fresh migrated database for each test. */
import { afterAll, afterEach, beforeAll, beforeEach } from '@jest/globals';
import { silentLogger } from '@nearby-friends/service-kit';
import { eventually } from '@nearby-friends/testing/eventually';
import { startTestPostgres, type TestPostgres } from '@nearby-friends/testing/test-postgres';
import { Client } from 'pg';
import { applyMigrations } from '../migrations/apply-migrations.ts';
import { type Database, openDatabase } from './database.ts';

export interface DatabaseOfTest {
  readonly server: TestPostgres;
  readonly url: string;
  /** The database as the service opens it. */
  readonly opened: Database;
  /** Stops PostgreSQL and with it all connections. It is started again before the next test at the latest. */
  takeAway(): Promise<void>;
  bringBack(): Promise<void>;
  /** Runs SQL in a transaction that stays open, with its locks, until the returned function is called. */
  hold(sql: string): Promise<{ release(): Promise<void> }>;
  /** Resolves when this many connections wait for a lock. */
  untilWaiting(count: number): Promise<void>;
  /** Runs SQL on a connection of its own and returns the rows. */
  query<Row extends object>(sql: string, values?: unknown[]): Promise<Row[]>;
}

/** Call it once in a test file, outside of tests. */
export function useDatabase(): DatabaseOfTest {
  let server: TestPostgres | undefined;
  let current: { url: string; opened: Database } | undefined;
  const running = () => {
    if (!server || !current) throw new Error('The database exists only while a test runs');
    return { server, ...current };
  };

  beforeAll(async () => {
    server = await startTestPostgres({ prepare: (databaseUrl) => applyMigrations({ databaseUrl }) });
  });
  beforeEach(async () => {
    await server?.server.process.start();
    const fresh = await server?.freshDatabase();
    if (!fresh) throw new Error('PostgreSQL did not start');
    const opened = openDatabase({
      databaseUrl: fresh.url,
      poolSize: 4,
      queryTimeoutMs: 20_000,
      connectTimeoutMs: 20_000,
      role: 'test',
      logger: silentLogger,
    });
    current = { url: fresh.url, opened };
  });
  afterEach(async () => {
    await current?.opened.component.stop?.();
  });
  afterAll(async () => {
    await server?.stop();
  });

  return {
    get server() {
      return running().server;
    },
    get url() {
      return running().url;
    },
    get opened() {
      return running().opened;
    },
    async query<Row extends object>(sql: string, values: unknown[] = []) {
      const client = new Client({ connectionString: running().url });
      // A lost connection: the query rejects.
      client.on('error', () => undefined);
      await client.connect();
      try {
        return (await client.query<Row>(sql, values)).rows;
      } finally {
        await client.end();
      }
    },
    async hold(sql) {
      const client = new Client({ connectionString: running().url });
      // A test that fails leaves it open until the server stops.
      client.on('error', () => undefined);
      await client.connect();
      await client.query('BEGIN');
      await client.query(sql);
      return { release: () => client.query('COMMIT').then(() => client.end()) };
    },
    async untilWaiting(count) {
      await eventually(async () => {
        const [row] = await this.query<{ waiting: number }>(
          `SELECT count(*)::int AS waiting FROM pg_stat_activity
           WHERE datname = current_database() AND wait_event_type = 'Lock'`,
        );
        if (row?.waiting !== count) throw new Error(`${row?.waiting} connections wait for a lock, not ${count}`);
      });
    },
    async takeAway() {
      await running().server.server.process.stop();
    },
    bringBack: () => running().server.server.process.start(),
  };
}

/** An edge as a test writes it. */
export interface EdgeOfTest {
  viewer: string;
  subject: string;
  precision?: 'exact' | 'approximate' | 'hidden';
  /** ms since the epoch. */
  until?: number;
}

/** Inserts edges and the users they need. */
export async function insertEdges(database: DatabaseOfTest, edges: readonly EdgeOfTest[]): Promise<void> {
  const people = [...new Set(edges.flatMap(({ viewer, subject }) => [viewer, subject]))];
  await database.query(
    'INSERT INTO users (id, display_name) SELECT id, id FROM unnest($1::text[]) AS id ON CONFLICT DO NOTHING',
    [people],
  );
  await database.query(
    `INSERT INTO edges (viewer_id, subject_id, precision, until)
     SELECT * FROM unnest($1::text[], $2::text[], $3::precision_grant[], $4::timestamptz[])`,
    [
      edges.map(({ viewer }) => viewer),
      edges.map(({ subject }) => subject),
      edges.map(({ precision }) => precision ?? 'exact'),
      edges.map(({ until }) => (until === undefined ? null : new Date(until).toISOString())),
    ],
  );
}
