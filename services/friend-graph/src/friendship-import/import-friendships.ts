/** Imports undirected friendships from a CSV file: all of them, or after an error none. */
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { type Client, DatabaseError } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { CommandError } from '../commands/command-error.ts';
import { connectWhenUp } from '../commands/connect-when-up.ts';
import { readFriendshipRows } from './friendship-rows.ts';
import { type ImportProgress, silentProgress } from './import-progress.ts';

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
  readonly newUsers: number;
  /** Directed edges that were not there before: two for each new friendship. */
  readonly newEdges: number;
}

/** How long PostgreSQL may take to appear, s. */
const WAIT_SECONDS = 10;
const UNDEFINED_TABLE = '42P01';

/** Sorts of some million rows stay in memory; given back when the import ends. */
const MORE_MEMORY = `SET LOCAL work_mem = '128MB'`;
const CREATE_STAGING = `CREATE TEMPORARY TABLE staged_rows (a text COLLATE "C", b text COLLATE "C") ON COMMIT DROP`;
const COPY_STAGING = 'COPY staged_rows (a, b) FROM STDIN';
const KEEP_DISTINCT = `
CREATE TEMPORARY TABLE staged_friendships ON COMMIT DROP AS
SELECT DISTINCT a, b FROM staged_rows`;
const INSERT_USERS = `
INSERT INTO users (id, display_name)
SELECT id, id FROM (SELECT a AS id FROM staged_friendships UNION SELECT b FROM staged_friendships) AS people
ORDER BY id
ON CONFLICT DO NOTHING`;
/** In the order of the primary key: its pages are then written once each, and two imports never deadlock. */
const INSERT_EDGES = `
INSERT INTO edges (viewer_id, subject_id)
SELECT viewer_id, subject_id FROM (
  SELECT a AS viewer_id, b AS subject_id FROM staged_friendships
  UNION ALL SELECT b, a FROM staged_friendships
) AS both_directions
ORDER BY viewer_id, subject_id
ON CONFLICT DO NOTHING`;

/**
 * Idempotent: what is there already stays as it is, with its grants. Gateways with open sessions learn of new friends
 * when these become active. Throws {@link CommandError}, whose sentence is for a person.
 */
export async function importFriendships(options: ImportOptions): Promise<ImportSummary> {
  const { databaseUrl, file, progress = silentProgress } = options;
  const client = await connectWhenUp({
    databaseUrl,
    command: 'import-friendships',
    waitSeconds: WAIT_SECONDS,
    report: (line) => progress.step(line),
  });
  try {
    await client.query('BEGIN');
    const summary = await load(client, file, progress);
    await client.query('COMMIT');
    progress.step('Updating the statistics');
    await client.query('ANALYZE users, edges');
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
  await client.query(MORE_MEMORY);
  await client.query(CREATE_STAGING);
  const counts = await copyRows(client, file, progress);
  progress.step('Leaving out repetitions');
  const distinct = await rowsOf(client, KEEP_DISTINCT);
  await client.query('ANALYZE staged_friendships');
  progress.step('Adding users');
  const newUsers = await rowsOf(client, INSERT_USERS);
  progress.step('Adding friendships');
  const newEdges = await rowsOf(client, INSERT_EDGES);
  return {
    read: counts.friendships,
    selfFriendships: counts.selfFriendships,
    repeated: counts.friendships - distinct,
    newUsers,
    newEdges,
  };
}

async function copyRows(client: Client, file: string, progress: ImportProgress) {
  const total = await sizeOf(file);
  const rows = readFriendshipRows(file, (bytes) => progress.read(bytes, total));
  await pipeline(rows.chunks, client.query(copyFrom(COPY_STAGING)));
  return rows.counts;
}

async function sizeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size;
  } catch (error) {
    throw new CommandError(`${file} cannot be read.`, 'Give the path of a CSV file.', { cause: error });
  }
}

async function rowsOf(client: Client, sql: string): Promise<number> {
  return (await client.query(sql)).rowCount ?? 0;
}

function explain(error: unknown): unknown {
  if (!(error instanceof DatabaseError)) return error;
  if (error.code === UNDEFINED_TABLE) {
    return new CommandError(
      'This database has no tables for friendships yet.',
      'Migrate it first: node services/friend-graph/dist/migrate.js',
      { cause: error },
    );
  }
  return new CommandError(`PostgreSQL refused the import: ${error.message}.`, 'Nothing was imported.', {
    cause: error,
  });
}
