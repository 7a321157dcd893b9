/** Connects to PostgreSQL and waits for a server that is still starting. */
import { setTimeout as delay } from 'node:timers/promises';
import { Client, DatabaseError } from 'pg';
import { describeFailure } from '../connection/describe-failure.ts';
import { checkOwnSession, SharedSessionError } from '../connection/own-session.ts';
import { CommandError } from './command-error.ts';

const CONNECT_TIMEOUT_MS = 5_000;
const RETRY_MS = 250;
const REPORT_EVERY_MS = 5_000;

/** SQLSTATEs with which a starting or stopping server refuses a connection; PgBouncer has 08P01 for everything. */
const TRANSIENT_STATES = new Set(['57P01', '57P02', '57P03', '53300', '08P01']);

/**
 * Returns an open connection, which the caller ends. Throws {@link CommandError} if the server refuses it permanently or
 * does not respond for `waitSeconds`.
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
    // Without a listener, a connection lost between two queries would end the process; with it, the next query rejects.
    client.on('error', () => undefined);
    try {
      await client.connect();
      await checkOwnSession({
        databaseUrl: options.databaseUrl,
        role: options.command,
        timeoutMs: CONNECT_TIMEOUT_MS,
      });
      return client;
    } catch (error) {
      await client.end().catch(() => undefined);
      if (error instanceof SharedSessionError) throw new CommandError(error.problem, error.remedy, { cause: error });
      if (error instanceof DatabaseError && !TRANSIENT_STATES.has(error.code ?? ''))
        throw connectionRefused(server, error);
      const now = performance.now();
      if (now - started > options.waitSeconds * 1000) throw serverUnavailable(server, options.waitSeconds, error);
      if (now - reported >= REPORT_EVERY_MS) {
        options.report(`Waiting for PostgreSQL at ${server} …`);
        reported = now;
      }
      await delay(RETRY_MS);
    }
  }
}

/** Host and port: the part of the URL without the password. */
function serverName(databaseUrl: string): string {
  if (!URL.canParse(databaseUrl)) {
    throw new CommandError(
      'DATABASE_URL must be a URL.',
      'Use postgresql://user:password@host:5432/database and percent-encode special characters.',
    );
  }
  return new URL(databaseUrl).host;
}

function connectionRefused(server: string, error: DatabaseError): CommandError {
  const problem = `PostgreSQL at ${server} refuses the connection: ${error.message}.`;
  return new CommandError(problem, describeFailure(error).remedy, { cause: error });
}

function serverUnavailable(server: string, waitSeconds: number, error: unknown): CommandError {
  // An AggregateError, after attempts on two addresses, has a code and no message.
  const { message, code } = error as NodeJS.ErrnoException;
  const reason = message || code || 'no response';
  return new CommandError(
    `PostgreSQL at ${server} did not respond within ${waitSeconds} s (${reason}).`,
    describeFailure(error).remedy,
    { cause: error },
  );
}
