/** The SQL of an import, in the caller's transaction: COPY into a staging table, then users and edges. */
import { pipeline } from 'node:stream/promises';
import type { Client } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { CommandError } from '../cli/command-error.ts';
import { IMPORT_LOCK } from '../database/import-lock.ts';
import { fillWhenEmpty } from './fill-when-empty.ts';

/** Keeps sorts of some million rows in memory; reset at the end of the transaction. */
const MORE_MEMORY = `SET LOCAL work_mem = '128MB'`;
const CREATE_STAGING = `CREATE TEMPORARY TABLE staged_rows (a text COLLATE "C", b text COLLATE "C") ON COMMIT DROP`;
const COPY_STAGING = 'COPY staged_rows (a, b) FROM STDIN';
const KEEP_DISTINCT_FRIENDSHIPS = `
CREATE TEMPORARY TABLE staged_friendships ON COMMIT DROP AS
SELECT DISTINCT a, b FROM staged_rows`;
const COLLECT_PEOPLE = `
CREATE TEMPORARY TABLE staged_people ON COMMIT DROP AS
SELECT a AS id FROM staged_friendships UNION SELECT b FROM staged_friendships`;
/** No account is erased from here to the end of the transaction: the next statement sees all that are. */
const KEEP_ERASURES_OUT = 'SELECT pg_advisory_xact_lock($1::int, $2::int)';
const COLLECT_ERASED = `
CREATE TEMPORARY TABLE staged_erased ON COMMIT DROP AS
SELECT id FROM staged_people JOIN token_revocations ON user_hash = sha256(convert_to(id, 'UTF8'))
WHERE erased_before IS NOT NULL AND NOT readmitted`;
const REMOVE_ERASED_PEOPLE = `
DELETE FROM staged_people USING staged_erased WHERE staged_people.id = staged_erased.id`;
const REMOVE_ERASED_FRIENDSHIPS = `
DELETE FROM staged_friendships USING staged_erased WHERE id IN (a, b)`;
const COUNT_PEOPLE = 'SELECT count(*)::int AS people FROM staged_people';
const INSERT_USERS = `
INSERT INTO users (id, display_name)
SELECT id, id FROM staged_people ORDER BY id
ON CONFLICT DO NOTHING`;
/**
 * Blocks other transactions that end, block or accept a friendship of these users: such a change would not see the edges
 * of the import, and they would survive it. Pausing and changing a grant need no such lock.
 */
const LOCK_USERS = `
SELECT FROM users JOIN staged_people USING (id) ORDER BY users.id FOR SHARE OF users`;
/** A user does not become a friend of a user who blocks or is blocked. */
const REMOVE_BLOCKED = `
DELETE FROM staged_friendships USING blocks
WHERE (user_id = a AND blocked_id = b) OR (user_id = b AND blocked_id = a)`;
/** One version for all edges: the locks make it higher than that of every earlier change between these users. */
const TAKE_VERSION = `SELECT nextval('graph_version') AS version`;
const APPEND_REREAD_EVENT = `
INSERT INTO outbox (event) VALUES (jsonb_build_object('kind', 'reread', 'version', $1::bigint))`;
/** Requests between users whom the import makes friends are settled. */
const REMOVE_REQUESTS = `
DELETE FROM friend_requests USING staged_friendships
WHERE (from_id = a AND to_id = b) OR (from_id = b AND to_id = a)`;
const CAN_SKIP_TRIGGERS = `SELECT has_parameter_privilege('session_replication_role', 'SET') AS allowed`;
const SKIP_TRIGGERS = 'SET LOCAL session_replication_role = replica';
const CAN_ALTER_EDGES = `
SELECT pg_has_role(relowner, 'USAGE') AS allowed FROM pg_class WHERE oid = 'edges'::regclass`;
/** In the order of the primary key: each index page is written once, and two imports never deadlock. */
const INSERT_EDGES = `
INSERT INTO edges (viewer_id, subject_id, version)
SELECT viewer_id, subject_id, $1::bigint FROM (
  SELECT a AS viewer_id, b AS subject_id FROM staged_friendships
  UNION ALL SELECT b, a FROM staged_friendships
) AS both_directions
ORDER BY viewer_id, subject_id`;
const INSERT_NEW_EDGES = `${INSERT_EDGES} ON CONFLICT DO NOTHING`;

/** Copies rows `smaller id, tab, greater id, line feed` into the staging table. Throws what `chunks` throws. */
export async function stageRows(client: Client, chunks: AsyncIterable<string>): Promise<void> {
  await client.query(MORE_MEMORY);
  await client.query(CREATE_STAGING);
  await pipeline(chunks, client.query(copyFrom(COPY_STAGING)));
}

/** Removes repetitions; returns the number of remaining friendships. */
export async function keepDistinct(client: Client): Promise<number> {
  const distinct = await rowsOf(client, KEEP_DISTINCT_FRIENDSHIPS);
  await client.query('ANALYZE staged_friendships');
  return distinct;
}

/**
 * Removes users who have erased their account and not come back, with their friendships; returns the number of these
 * friendships. Erasures wait until the transaction ends. Call it after `keepDistinct`.
 */
export async function removeErased(client: Client): Promise<number> {
  await client.query(COLLECT_PEOPLE);
  await client.query(KEEP_ERASURES_OUT, [...IMPORT_LOCK]);
  if ((await rowsOf(client, COLLECT_ERASED)) === 0) return 0;
  await client.query(REMOVE_ERASED_PEOPLE);
  // Two erased users: one row, which is deleted once.
  return await rowsOf(client, REMOVE_ERASED_FRIENDSHIPS);
}

/** Creates unknown users and locks all users until the transaction ends; returns the number of new ones. */
export async function addUsers(client: Client): Promise<number> {
  const { rows } = await client.query<{ people: number }>(COUNT_PEOPLE);
  const newUsers = await rowsOf(client, INSERT_USERS);
  // The lock that the foreign keys of an edge take, for all users at once.
  if ((await rowsOf(client, LOCK_USERS)) !== rows[0]?.people) {
    // Only by an earlier build of friend-graph, whose erasures do not wait.
    throw new CommandError('A user in the file was erased during the import.', 'Import the file again.');
  }
  return newUsers;
}

/** Removes friendships of users one of whom blocks the other; returns their number. Call it after `addUsers`. */
export async function removeBlocked(client: Client): Promise<number> {
  return await rowsOf(client, REMOVE_BLOCKED);
}

/**
 * Adds the missing edges in both directions and appends an event that makes gateways re-read their rights; returns the
 * number of new edges.
 */
export async function addEdges(client: Client): Promise<number> {
  const { rows } = await client.query<{ version: string }>(TAKE_VERSION);
  const version = [rows[0]?.version];
  await client.query(REMOVE_REQUESTS);
  const newEdges = await insertEdges(client, version);
  if (newEdges > 0) await client.query(APPEND_REREAD_EVENT, version);
  return newEdges;
}

async function insertEdges(client: Client, version: unknown[]): Promise<number> {
  // All users exist and are locked, so that the foreign keys of every edge hold; checking each of them takes longer than
  // the rest of the import. Without the privilege to skip the checks the import is only slower.
  if (await isAllowed(client, CAN_SKIP_TRIGGERS)) await client.query(SKIP_TRIGGERS);
  if (await isAllowed(client, CAN_ALTER_EDGES)) {
    let newEdges = 0;
    const wasEmpty = await fillWhenEmpty(client, 'edges', async () => {
      newEdges = await rowsOf(client, INSERT_EDGES, version);
    });
    if (wasEmpty) return newEdges;
  }
  return await rowsOf(client, INSERT_NEW_EDGES, version);
}

async function isAllowed(client: Client, sql: string): Promise<boolean> {
  const { rows } = await client.query<{ allowed: boolean }>(sql);
  return rows[0]?.allowed ?? false;
}

async function rowsOf(client: Client, sql: string, values: unknown[] = []): Promise<number> {
  return (await client.query(sql, values)).rowCount ?? 0;
}
