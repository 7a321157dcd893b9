/** Connects to PostgreSQL, waiting for one that is still starting. */
import { setTimeout as delay } from 'node:timers/promises';
import { Client, DatabaseError } from 'pg';
import { CommandError } from './command-error.ts';

const CONNECT_TIMEOUT_MS = 5_000;
const RETRY_MS = 250;
const REPORT_EVERY_MS = 5_000;

/** SQLSTATEs with which a server that is starting or stopping turns a connection away. */
const PASSING_STATES = new Set(['57P01', '57P02', '57P03', '53300']);
const REMEDIES: Readonly<Record<string, string>> = {
  '3D000': 'Create that database, or correct the name in DATABASE_URL.',
  '28P01': 'Correct user and password in DATABASE_URL.',
  '28000': 'Let that user in (pg_hba.conf), or correct DATABASE_URL.',
};

/**
 * An open connection, which the caller ends. Throws {@link CommandError} when the server turns it away for good, or
 * does not answer for `waitSeconds`.
 */
export async function connectWhenUp(options: {
  databaseUrl: string;
  /** Shown in `pg_stat_activity`. */
  command: string;
  waitSeconds: number;
  report: (line: string) => void;
}): Promise<Client> {
  const server = serverName(options.databaseUrl);
  const started = performance.now();
  let reported = started - REPORT_EVERY_MS;
  for (;;) {
    const client = new Client({
      connectionString: options.databaseUrl,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      application_name: options.command,
      keepAlive: true,
    });
    // Without a listener, a connection lost between two queries would end the process; the next query rejects.
    client.on('error', () => undefined);
    try {
      await client.connect();
      return client;
    } catch (error) {
      await client.end().catch(() => undefined);
      if (error instanceof DatabaseError && !PASSING_STATES.has(error.code ?? '')) throw refused(server, error);
      const now = performance.now();
      if (now - started > options.waitSeconds * 1000) throw absent(server, options.waitSeconds, error);
      if (now - reported >= REPORT_EVERY_MS) {
        options.report(`Waiting for PostgreSQL at ${server} …`);
        reported = now;
      }
      await delay(RETRY_MS);
    }
  }
}

/** Host and port: what may be shown of an address that holds a password. */
function serverName(databaseUrl: string): string {
  if (!URL.canParse(databaseUrl)) {
    throw new CommandError(
      'DATABASE_URL is not a URL.',
      'Give it as postgresql://user:password@host:5432/database, with special characters percent-encoded.',
    );
  }
  return new URL(databaseUrl).host;
}

function refused(server: string, error: DatabaseError): CommandError {
  const remedy = REMEDIES[error.code ?? ''] ?? 'Check DATABASE_URL and the log of PostgreSQL.';
  return new CommandError(`PostgreSQL at ${server} refuses the connection: ${error.message}.`, remedy, {
    cause: error,
  });
}

function absent(server: string, waitSeconds: number, error: unknown): CommandError {
  // An AggregateError (two addresses tried) has a code and no message.
  const { message, code } = error as NodeJS.ErrnoException;
  const reason = message || code || 'no answer';
  return new CommandError(
    `PostgreSQL at ${server} did not answer within ${waitSeconds} s (${reason}).`,
    'Start it, or correct DATABASE_URL.',
    { cause: error },
  );
}
