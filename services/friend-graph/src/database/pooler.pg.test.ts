/** friend-graph behind PgBouncer, which many operators have between their services and PostgreSQL. */
import { afterEach, describe, expect, it } from '@jest/globals';
import { eventually } from '@nearby-friends/testing/eventually';
import { type PgBouncer, startPgBouncer } from '@nearby-friends/testing/pgbouncer';
import { Client } from 'pg';
import { pino } from 'pino';
import { applyMigrations } from '../migrations/apply-migrations.ts';
import { useDatabase } from './database.testing.ts';
import { type Database, openDatabase } from './database.ts';

const database = useDatabase();
const stops: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

interface Pooled {
  readonly opened: Database;
  readonly bouncer: PgBouncer;
  readonly lines: readonly string[];
}

async function openBehind(settings: Record<string, string | number>): Promise<Pooled> {
  const bouncer = await startPgBouncer(database.url, settings);
  stops.push(() => bouncer.stop());
  const lines: string[] = [];
  const opened = openDatabase({
    databaseUrl: bouncer.url,
    ...{ poolSize: 4, queryTimeoutMs: 1_234, connectTimeoutMs: 2_000, role: 'pooled' },
    logger: pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) }),
  });
  stops.push(async () => opened.component.stop?.());
  return { opened, bouncer, lines };
}

describe('behind a PgBouncer with its defaults', () => {
  it('[G4] starts, is ready, and keeps its settings on every connection', async () => {
    const { opened, lines } = await openBehind({});
    await opened.component.start?.();
    await opened.readiness.check();
    expect(lines).toEqual([]);
    const settings = `SELECT current_setting('synchronous_commit') AS commits, current_setting('statement_timeout') AS timeout`;
    const read = () => opened.readPrepared({ name: 'settings', text: settings, values: [] });
    const results = await Promise.all(Array.from({ length: 8 }, read));
    expect(results.flat()).toEqual(Array(8).fill({ commits: 'on', timeout: '1234ms' }));
  });
});

describe('behind a PgBouncer that shares sessions', () => {
  it.each(['transaction', 'statement'])(
    '[G4] refuses to start in pool_mode %s, and says why and what to do',
    async (mode) => {
      for (const size of [1, 20]) {
        const { opened, bouncer, lines } = await openBehind({ pool_mode: mode, default_pool_size: size });
        const refusal =
          /shares sessions among its clients.*Set pool_mode = session .*or let DATABASE_URL name PostgreSQL/;
        await expect(opened.component.start?.()).rejects.toMatchObject({
          code: 'database_sessions_shared',
          message: expect.stringMatching(refusal),
        });
        expect(lines).toEqual([]);
        await expect(applyMigrations({ databaseUrl: bouncer.url })).rejects.toThrow(refusal);
      }
    },
  );

  it('refuses while other clients use the sessions', async () => {
    const { opened, bouncer } = await openBehind({ pool_mode: 'transaction', default_pool_size: 6 });
    let isOver = false;
    const others = Array.from({ length: 4 }, async () => {
      const client = new Client({ connectionString: bouncer.url });
      await client.connect();
      while (!isOver) await client.query('SELECT 1');
      await client.end();
    });
    const starts = Array.from({ length: 10 }, () => opened.component.start?.());
    const outcomes = await Promise.allSettled(starts);
    isOver = true;
    await Promise.all(others);
    const codes = outcomes.map((outcome) => outcome.status === 'rejected' && (outcome.reason as { code: string }).code);
    expect(codes).toEqual(Array(10).fill('database_sessions_shared'));
  });
});

describe('while PgBouncer or what is behind it does not work', () => {
  it('names the reason, once, in the log and for /ready', async () => {
    const { opened, lines } = await openBehind({ max_client_conn: 1 });
    const started = opened.component.start?.();
    await eventually(async () => {
      expect(JSON.parse(lines[0] ?? '{}')).toMatchObject({
        msg: 'waiting for PostgreSQL',
        reason: 'the pooler before it refuses the connection',
        remedy: expect.stringContaining('PgBouncer'),
      });
    });
    await opened.component.stop?.();
    stops.pop();
    await started;
    expect(lines.length).toBe(1);
  });

  it('recovers when PostgreSQL is back', async () => {
    const { opened, lines } = await openBehind({ server_login_retry: 1, server_connect_timeout: 1 });
    await database.takeAway();
    const started = opened.component.start?.();
    await eventually(() => expect(lines.length).toBeGreaterThan(0));
    await expect(opened.readiness.check()).rejects.toThrow(/^(it cannot be reached|the pooler before it refuses)/);
    await database.bringBack();
    await started;
    await eventually(() => opened.readiness.check());
  });
});
