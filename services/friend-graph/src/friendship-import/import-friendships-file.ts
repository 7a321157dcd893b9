/** Imports undirected friendships from a CSV file in one transaction. */
import { stat } from 'node:fs/promises';
import { type Client, DatabaseError } from 'pg';
import { CommandError } from '../cli/command-error.ts';
import { connectWhenUp } from '../cli/connect-when-up.ts';
import { type ImportProgress, noProgress } from './create-progress.ts';
import { addEdges, addUsers, keepDistinct, removeBlocked, removeErased, stageRows } from './load-friendships.ts';
import { readFriendshipRows } from './read-friendship-rows.ts';

interface ImportOptions {
  readonly databaseUrl: string;
  /** CSV with the header `user,friend`; each friendship in one or both directions. */
  readonly file: string;
  /** Default: no progress is shown. */
  readonly progress?: ImportProgress;
}

export interface ImportSummary {
  /** Lines with a friendship of two users. */
  readonly read: number;
  /** Lines with the same user twice; skipped. */
  readonly selfFriendships: number;
  /** Lines that repeat an earlier one, in either direction; skipped. */
  readonly repeated: number;
  /** Friendships of users one of whom blocks the other; skipped. */
  readonly blocked: number;
  /** Friendships of users who have erased their account; skipped. */
  readonly erased: number;
  readonly newUsers: number;
  /** New directed edges: two for each new friendship. */
  readonly newEdges: number;
}

/** Maximum wait for PostgreSQL to start, s. */
const WAIT_SECONDS = 10;
const UNDEFINED_TABLE = '42P01';
/** VACUUM marks pages all-visible only after the commit is flushed, which asynchronous commit delays. */
const COMMIT_SYNCHRONOUSLY = 'SET synchronous_commit = on';

/**
 * Idempotent: existing edges and their grants stay unchanged. While the import adds friendships, users in the file cannot
 * accept, end or block one, and no account is erased: such calls fail as `unavailable`. The first import, into an empty table, also blocks all
 * reads of friendships. Gateways with open sessions re-read their rights afterwards. Throws {@link CommandError}.
 */
export async function importFriendshipsFile(options: ImportOptions): Promise<ImportSummary> {
  const { databaseUrl, file, progress = noProgress } = options;
  const client = await connectWhenUp({
    databaseUrl,
    command: 'import-friendships',
    waitSeconds: WAIT_SECONDS,
    report: (line) => progress.step(line),
  });
  try {
    await client.query(COMMIT_SYNCHRONOUSLY);
    await client.query('BEGIN');
    const summary = await load(client, file, progress);
    await client.query('COMMIT');
    // Updates the planner's statistics and the visibility map, which index-only scans need.
    progress.step('Vacuuming');
    await client.query('VACUUM (ANALYZE) users, edges');
    return summary;
  } catch (error) {
    throw toCommandError(error);
  } finally {
    progress.close();
    // Without a COMMIT, the server rolls everything back when the connection ends.
    await client.end();
  }
}

async function load(client: Client, file: string, progress: ImportProgress): Promise<ImportSummary> {
  const total = await sizeOf(file);
  const { chunks, counts } = readFriendshipRows(file, (bytes) => progress.read(bytes, total));
  await stageRows(client, chunks);
  progress.step('Removing repetitions');
  const distinct = await keepDistinct(client);
  progress.step('Adding users');
  const erased = await removeErased(client);
  const newUsers = await addUsers(client);
  const blocked = await removeBlocked(client);
  progress.step('Adding friendships');
  const newEdges = await addEdges(client);
  return {
    read: counts.friendships,
    selfFriendships: counts.selfFriendships,
    repeated: counts.friendships - distinct,
    blocked,
    erased,
    newUsers,
    newEdges,
  };
}

async function sizeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size;
  } catch (error) {
    throw new CommandError(`${file} cannot be read.`, 'Check the path of the CSV file.', { cause: error });
  }
}

function toCommandError(error: unknown): unknown {
  if (!(error instanceof DatabaseError)) return error;
  if (error.code === UNDEFINED_TABLE) {
    return new CommandError(
      'This database has no tables for friendships.',
      'Migrate it first: node services/friend-graph/dist/commands/migrate.js',
      { cause: error },
    );
  }
  return new CommandError(`PostgreSQL refused the import: ${error.message}.`, 'Nothing was imported.', {
    cause: error,
  });
}
