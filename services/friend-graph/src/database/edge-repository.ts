/** Writes edges: who sees whom, and how. Every change takes a version and tells of itself. */
import type { Grant, GraphEvent, UserId } from '@nearby-friends/protocol';
import type { GraphTransaction } from './graph-transaction.ts';

const EXACT: Grant = { precision: 'exact', until: null };

interface EdgeEnds {
  readonly viewer: UserId;
  readonly subject: UserId;
}

/** Adds both directions, exact and without end; one that is there stays as it is. Both users must be locked. */
export async function addFriendship(transaction: GraphTransaction, one: UserId, other: UserId): Promise<void> {
  const version = await transaction.nextVersion();
  const added = await transaction.sql.$queryRaw<EdgeEnds[]>`
    INSERT INTO edges (viewer_id, subject_id, version)
    VALUES (${one}, ${other}, ${version}), (${other}, ${one}, ${version})
    ON CONFLICT DO NOTHING RETURNING viewer_id AS viewer, subject_id AS subject`;
  await transaction.tell(added.map((ends) => edgeEvent(ends, version, EXACT)));
}

/** Removes both directions; answers whether there was one. Both users must be locked. */
export async function removeFriendship(transaction: GraphTransaction, one: UserId, other: UserId): Promise<boolean> {
  const removed = await transaction.sql.$queryRaw<EdgeEnds[]>`
    DELETE FROM edges
    WHERE (viewer_id = ${one} AND subject_id = ${other}) OR (viewer_id = ${other} AND subject_id = ${one})
    RETURNING viewer_id AS viewer, subject_id AS subject`;
  if (removed.length === 0) return false;
  const version = await transaction.nextVersion();
  await transaction.tell(removed.map((ends) => edgeEvent(ends, version, null)));
  return true;
}

/** Removes all edges from and to the user; answers who was at their other ends. Tells nothing: erasure does. */
export async function removeAllEdges(transaction: GraphTransaction, user: UserId): Promise<UserId[]> {
  const removed = await transaction.sql.$queryRaw<EdgeEnds[]>`
    DELETE FROM edges WHERE viewer_id = ${user} OR subject_id = ${user}
    RETURNING viewer_id AS viewer, subject_id AS subject`;
  return [...new Set(removed.map(({ viewer, subject }) => (viewer === user ? subject : viewer)))];
}

/** Changes one direction; answers whether it is there. */
export async function changeGrant(transaction: GraphTransaction, ends: EdgeEnds, grant: Grant): Promise<boolean> {
  const { viewer, subject } = ends;
  const [found] = await transaction.sql.$queryRaw<object[]>`
    SELECT FROM edges WHERE viewer_id = ${viewer} AND subject_id = ${subject} FOR NO KEY UPDATE`;
  if (!found) return false;
  const version = await transaction.nextVersion();
  await transaction.sql.edge.update({
    where: { viewerId_subjectId: { viewerId: viewer, subjectId: subject } },
    data: { precision: grant.precision, until: toDate(grant.until), version: BigInt(version) },
    select: { version: true },
  });
  await transaction.tell([edgeEvent(ends, version, grant)]);
  return true;
}

/** How many friends each of the two has. */
export async function countFriends(transaction: GraphTransaction, users: readonly UserId[]): Promise<number[]> {
  const rows = await transaction.sql.$queryRaw<{ friends: number }[]>`
    SELECT (SELECT count(*)::int FROM edges WHERE viewer_id = id) AS friends FROM unnest(${users}::text[]) AS id`;
  return rows.map(({ friends }) => friends);
}

/** ms since the epoch as PostgreSQL's type, and back. */
export function toDate(ms: number | null): Date | null {
  return ms === null ? null : new Date(ms);
}

function edgeEvent({ viewer, subject }: EdgeEnds, version: number, grant: Grant | null): GraphEvent {
  return { kind: 'edge', version, viewer, subject, grant };
}
