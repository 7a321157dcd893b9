/** Imports undirected friendships from a CSV file: all of them, or after an error none. */
import { stat } from 'node:fs/promises';
import { type Client, DatabaseError } from 'pg';
import { CommandError } from '../cli/command-error.ts';
import { connectWhenUp } from '../cli/connect-when-up.ts';
import { type ImportProgress, silentProgress } from './create-progress.ts';
import { addEdges, addUsers, keepDistinct, leaveOutBlocked, stageRows } from './load-friendships.ts';
import { readFriendshipRows } from './read-friendship-rows.ts';

export interface ImportOptions {
  readonly databaseUrl: string;
  /** CSV with the header `user,friend`; each friendship once or in both directions. */
  readonly file: string;
  /** Default: nobody watches. */
  readonly progress?: ImportProgress;
}

export interface ImportSummary {
  /** Lines that name a friendship of two people. */
  readonly read: number;
  /** Lines that name somebody's friendship with themselves; left out. */
  readonly selfFriendships: number;
  /** Lines that repeat an earlier one, in either direction; left out. */
  readonly repeated: number;
  /** Friendships of two people one of whom blocks the other; left out. */
  readonly blocked: number;
  readonly newUsers: number;
  /** Directed edges that were not there before: two for each new friendship. */
  readonly newEdges: number;
}

/** How long PostgreSQL may take to appear, s. */
const WAIT_SECONDS = 10;
const UNDEFINED_TABLE = '42P01';
/** VACUUM believes in rows only when their commit has been written, which some servers otherwise do a moment later. */
const COMMIT_AT_ONCE = 'SET synchronous_commit = on';

/**
 * Idempotent: what is there already stays as it is, with its grants. While it adds friendships, nobody among the people
 * in the file can accept, end or block one: they are told to come back; the first import, into an empty table, lets
 * nobody read friendships either. Gateways with open sessions then read everything again. Throws {@link CommandError},
 * whose sentence is for a person.
 */
export async function importFriendshipsFile(options: ImportOptions): Promise<ImportSummary> {
  const { databaseUrl, file, progress = silentProgress } = options;
  const client = await connectWhenUp({
    databaseUrl,
    command: 'import-friendships',
    waitSeconds: WAIT_SECONDS,
    report: (line) => progress.step(line),
  });
  try {
    await client.query(COMMIT_AT_ONCE);
    await client.query('BEGIN');
    const summary = await load(client, file, progress);
    await client.query('COMMIT');
    // The planner's statistics, and the map that lets an index answer without the table.
    progress.step('Tidying up');
    await client.query('VACUUM (ANALYZE) users, edges');
    return summary;
  } catch (error) {
    throw explain(error);
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
  progress.step('Leaving out repetitions');
  const distinct = await keepDistinct(client);
  progress.step('Adding users');
  const newUsers = await addUsers(client);
  const blocked = await leaveOutBlocked(client);
  progress.step('Adding friendships');
  const newEdges = await addEdges(client);
  return {
    read: counts.friendships,
    selfFriendships: counts.selfFriendships,
    repeated: counts.friendships - distinct,
    blocked,
    newUsers,
    newEdges,
  };
}

async function sizeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size;
  } catch (error) {
    throw new CommandError(`${file} cannot be read.`, 'Give the path of a CSV file.', { cause: error });
  }
}

function explain(error: unknown): unknown {
  if (!(error instanceof DatabaseError)) return error;
  if (error.code === UNDEFINED_TABLE) {
    return new CommandError(
      'This database has no tables for friendships yet.',
      'Migrate it first: node services/friend-graph/dist/commands/migrate.js',
      { cause: error },
    );
  }
  return new CommandError(`PostgreSQL refused the import: ${error.message}.`, 'Nothing was imported.', {
    cause: error,
  });
}
