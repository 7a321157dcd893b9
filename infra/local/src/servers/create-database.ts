/** Creates and drops databases on a running PostgreSQL, so that each test suite has its own in a few milliseconds. */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';

export interface NewDatabaseOptions {
  /** Default: a random one. */
  readonly name?: string;
  /** The database to copy, schema and rows. It must have no connections. */
  readonly template?: string;
}

export interface Database {
  readonly name: string;
  readonly url: string;
  /** Drops it and closes all its connections. */
  drop(): Promise<void>;
}

/** SQLSTATE `object_in_use`: the template has connections. */
const OBJECT_IN_USE = '55006';
/** The server ends a connection a moment after its client has closed it. */
const TEMPLATE_FREE_DEADLINE_MS = 5_000;
const RETRY_MS = 10;

/**
 * Creates a database on the server of `adminUrl`, whose user must be allowed to. Rejects with PostgreSQL's error, for
 * example when the name is taken or the template stays in use for 5 s.
 */
export async function createDatabase(adminUrl: string, options: NewDatabaseOptions = {}): Promise<Database> {
  const name = options.name ?? `test_${randomUUID().replaceAll('-', '')}`;
  const from = options.template === undefined ? '' : ` TEMPLATE ${pg.escapeIdentifier(options.template)}`;
  const deadline = performance.now() + TEMPLATE_FREE_DEADLINE_MS;
  await withConnection(adminUrl, async (admin) => {
    for (;;) {
      try {
        await admin.query(`CREATE DATABASE ${pg.escapeIdentifier(name)}${from}`);
        return;
      } catch (error) {
        if (!isInUse(error) || performance.now() > deadline) throw error;
        await delay(RETRY_MS);
      }
    }
  });
  const url = new URL(adminUrl);
  url.pathname = `/${encodeURIComponent(name)}`;
  return {
    name,
    url: url.href,
    drop: () =>
      withConnection(adminUrl, async (admin) => {
        await admin.query(`DROP DATABASE IF EXISTS ${pg.escapeIdentifier(name)} WITH (FORCE)`);
      }),
  };
}

/** Creates the database unless it exists. Returns its address. */
export async function ensureDatabase(adminUrl: string, name: string): Promise<string> {
  const exists = await withConnection(adminUrl, async (admin) => {
    const { rowCount } = await admin.query('SELECT 1 FROM pg_database WHERE datname = $1', [name]);
    return rowCount === 1;
  });
  if (!exists) return (await createDatabase(adminUrl, { name })).url;
  const url = new URL(adminUrl);
  url.pathname = `/${encodeURIComponent(name)}`;
  return url.href;
}

async function withConnection<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  // Without a listener a lost connection would end the process; with it the query rejects.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

function isInUse(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.code === OBJECT_IN_USE;
}
