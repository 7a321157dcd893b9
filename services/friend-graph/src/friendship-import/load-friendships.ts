/** The SQL of an import: from COPY into a staging table to users and edges, in the transaction it is called in. */
import { pipeline } from 'node:stream/promises';
import type { Client } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { CommandError } from '../cli/command-error.ts';
import { fillWhenEmpty } from './fill-when-empty.ts';

/** Sorts of some million rows stay in memory; given back when the import ends. */
const MORE_MEMORY = `SET LOCAL work_mem = '128MB'`;
const CREATE_STAGING = `CREATE TEMPORARY TABLE staged_rows (a text COLLATE "C", b text COLLATE "C") ON COMMIT DROP`;
const COPY_STAGING = 'COPY staged_rows (a, b) FROM STDIN';
const KEEP_DISTINCT_FRIENDSHIPS = `
CREATE TEMPORARY TABLE staged_friendships ON COMMIT DROP AS
SELECT DISTINCT a, b FROM staged_rows`;
const COLLECT_PEOPLE = `
CREATE TEMPORARY TABLE staged_people ON COMMIT DROP AS
SELECT a AS id FROM staged_friendships UNION SELECT b FROM staged_friendships`;
const INSERT_USERS = `
INSERT INTO users (id, display_name)
SELECT id, id FROM staged_people ORDER BY id
ON CONFLICT DO NOTHING`;
/**
 * Until the import ends nobody ends, blocks or accepts a friendship of these people: such a change would not see the
 * edges that come here, and they would outlive it. Pausing and narrowing need no such lock.
 */
const HOLD_USERS = `
SELECT FROM users JOIN staged_people USING (id) ORDER BY users.id FOR SHARE OF users`;
/** Neither has said so to the other, but nobody becomes a friend of whom one blocks. */
const LEAVE_OUT_BLOCKED = `
DELETE FROM staged_friendships USING blocks
WHERE (user_id = a AND blocked_id = b) OR (user_id = b AND blocked_id = a)`;
/** One for all: higher than that of every earlier change between these people, since they are held. */
const TAKE_VERSION = `SELECT nextval('graph_version') AS version`;
const TELL_GATEWAYS = `
INSERT INTO outbox (event) VALUES (jsonb_build_object('kind', 'reread', 'version', $1::bigint))`;
/** People become friends by the import, so what they asked each other before is settled. */
const SETTLE_REQUESTS = `
DELETE FROM friend_requests USING staged_friendships
WHERE (from_id = a AND to_id = b) OR (from_id = b AND to_id = a)`;
const MAY_SKIP_TRIGGERS = `SELECT has_parameter_privilege('session_replication_role', 'SET') AS allowed`;
const SKIP_TRIGGERS = 'SET LOCAL session_replication_role = replica';
const MAY_DEFINE = `
SELECT pg_has_role(relowner, 'USAGE') AS allowed FROM pg_class WHERE oid = 'edges'::regclass`;
/** In the order of the primary key: its pages are then written once each, and two imports never deadlock. */
const INSERT_EDGES = `
INSERT INTO edges (viewer_id, subject_id, version)
SELECT viewer_id, subject_id, $1::bigint FROM (
  SELECT a AS viewer_id, b AS subject_id FROM staged_friendships
  UNION ALL SELECT b, a FROM staged_friendships
) AS both_directions
ORDER BY viewer_id, subject_id`;
const INSERT_NEW_EDGES = `${INSERT_EDGES} ON CONFLICT DO NOTHING`;

/** Copies rows `lesser id, tab, greater id, line feed` into the staging table. Throws what `chunks` throws. */
export async function stageRows(client: Client, chunks: AsyncIterable<string>): Promise<void> {
  await client.query(MORE_MEMORY);
  await client.query(CREATE_STAGING);
  await pipeline(chunks, client.query(copyFrom(COPY_STAGING)));
}

/** Leaves out repetitions; answers how many friendships remain. */
export async function keepDistinct(client: Client): Promise<number> {
  const distinct = await rowsOf(client, KEEP_DISTINCT_FRIENDSHIPS);
  await client.query('ANALYZE staged_friendships');
  return distinct;
}

/** Adds the people who are new, and holds all of them until the transaction ends; answers how many were new. */
export async function addUsers(client: Client): Promise<number> {
  const people = await rowsOf(client, COLLECT_PEOPLE);
  const newUsers = await rowsOf(client, INSERT_USERS);
  // The lock an edge's foreign keys would take, for all people at once.
  if ((await rowsOf(client, HOLD_USERS)) !== people) {
    throw new CommandError('Somebody in the file was deleted while it was imported.', 'Import it again.');
  }
  return newUsers;
}

/** Leaves out the friendships of people one of whom blocks the other; answers how many. To be called after addUsers. */
export async function leaveOutBlocked(client: Client): Promise<number> {
  return await rowsOf(client, LEAVE_OUT_BLOCKED);
}

/**
 * Adds both directions of each friendship that are not there yet, and tells the gateways to read everything again;
 * answers how many edges were new.
 */
export async function addEdges(client: Client): Promise<number> {
  const { rows } = await client.query<{ version: string }>(TAKE_VERSION);
  const version = [rows[0]?.version];
  await client.query(SETTLE_REQUESTS);
  const newEdges = await insertEdges(client, version);
  if (newEdges > 0) await client.query(TELL_GATEWAYS, version);
  return newEdges;
}

async function insertEdges(client: Client, version: unknown[]): Promise<number> {
  // All people are there and held, so the two foreign keys of every edge are known to hold; checking each one again
  // takes longer than all the rest. Where the database does not let us skip it, it is merely slower.
  if (await isAllowed(client, MAY_SKIP_TRIGGERS)) await client.query(SKIP_TRIGGERS);
  if (await isAllowed(client, MAY_DEFINE)) {
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
