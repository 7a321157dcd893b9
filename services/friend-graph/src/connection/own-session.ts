/** Checks at start that a connection is a session of its own, since a pooler may share PostgreSQL's among its clients. */
import { randomUUID } from 'node:crypto';
import { Client, DatabaseError } from 'pg';

/** Other clients of the pooler may take the session that a round looks for; hardly ever in all of them. */
const ROUNDS = 12;
/** A setting that PostgreSQL keeps and nothing else uses. */
const SETTING = 'nearby_friends.session';
const PROTOCOL_VIOLATION = '08P01';

/** Permanent, until an operator changes the pooler. */
export class SharedSessionError extends Error {
  override readonly name = 'SharedSessionError';
  readonly code = 'database_sessions_shared';
  readonly problem =
    'The pooler before PostgreSQL shares sessions among its clients, which would lose settings, locks and prepared statements.';
  readonly remedy =
    'Set pool_mode = session for this database (in PgBouncer), or let DATABASE_URL name PostgreSQL itself.';

  constructor(options?: ErrorOptions) {
    super('', options);
    this.message = `${this.problem} ${this.remedy}`;
  }
}

interface ConnectionOptions {
  readonly databaseUrl: string;
  /** Shown in `pg_stat_activity`. */
  readonly role: string;
  /** Maximum wait for each connection and each query, ms. */
  readonly timeoutMs: number;
}

/** Throws {@link SharedSessionError} for a pooler in transaction or statement mode, and other errors as `pg` does. */
export async function checkOwnSession({ databaseUrl, role, timeoutMs }: ConnectionOptions): Promise<void> {
  const clients = [1, 2].map(
    () =>
      new Client({
        connectionString: databaseUrl,
        application_name: role,
        connectionTimeoutMillis: timeoutMs,
        query_timeout: timeoutMs,
      }),
  );
  const [first, second] = clients as [Client, Client];
  try {
    for (const client of clients) {
      // A connection lost between two queries: the next one rejects.
      client.on('error', () => undefined);
      await client.connect();
    }
    for (let round = 0; round < ROUNDS; round++) await checkOnce(first, second);
  } finally {
    for (const client of clients) await client.end().catch(() => undefined);
  }
}

async function checkOnce(first: Client, second: Client): Promise<void> {
  const token = randomUUID();
  await first.query('SELECT set_config($1, $2, false)', [SETTING, token]);
  await begin(second);
  // Sessions shared: the second one, busy for the time of its transaction, is most likely the one that the first has used.
  if ((await readSetting(second)) === token) throw new SharedSessionError();
  const kept = await readSetting(first);
  await second.query('ROLLBACK');
  if (kept !== token) throw new SharedSessionError();
}

async function begin(client: Client): Promise<void> {
  try {
    await client.query('BEGIN');
  } catch (cause) {
    // Where sessions are shared by the statement, PgBouncer refuses transactions.
    if (cause instanceof DatabaseError && cause.code === PROTOCOL_VIOLATION) throw new SharedSessionError({ cause });
    throw cause;
  }
}

async function readSetting(client: Client): Promise<string | null> {
  const { rows } = await client.query<{ value: string | null }>('SELECT current_setting($1, true) AS value', [SETTING]);
  return rows[0]?.value ?? null;
}
