/** Reads and writes edges: which viewer may see which subject, and with which grant. */
import type { Grant, GraphEvent, Precision, UserId } from '@nearby-friends/protocol';
import { Prisma } from '../generated/prisma/client.ts';
import type { DatabaseClient } from './database-client.ts';
import type { GraphTransaction } from './graph-transaction.ts';
import { BEFORE_ALL_IDS, type Page, type PageRequest, toPage } from './page.ts';
import type { EdgeEnds, Withholding, Withholdings } from './withholdings.ts';

/** A person the user sees. Omits the grant: a friend who hides must look like one who is offline. */
export interface ListedFriend {
  readonly id: UserId;
  readonly displayName: string;
  readonly since: Date;
}

/** A person who has the user as a friend, and what the user grants that viewer. */
export interface ListedViewer extends ListedFriend {
  readonly precision: Precision;
  readonly until: Date | null;
}

/** An edge as it was until now. */
interface EndingEdge extends EdgeEnds {
  readonly precision: Precision;
  readonly until: Date | null;
}

interface GrantedEnds extends EdgeEnds {
  readonly grant: Grant;
}

/** Every change takes a version and appends its event in the same transaction. */
export class EdgeRepository {
  readonly #client: DatabaseClient;
  readonly #withholdings: Withholdings;

  constructor(options: { client: DatabaseClient; withholdings: Withholdings }) {
    this.#client = options.client;
    this.#withholdings = options.withholdings;
  }

  /** The people `viewer` sees, whatever their grants. */
  async friendsOf(viewer: UserId, { after, limit }: PageRequest): Promise<Page<ListedFriend>> {
    const rows = await this.#client.edge.findMany({
      where: { viewerId: viewer, subjectId: { gt: after ?? BEFORE_ALL_IDS } },
      orderBy: { subjectId: 'asc' },
      take: limit + 1,
      select: { subjectId: true, since: true, subject: { select: { displayName: true } } },
    });
    const items = rows.map(({ subjectId, since, subject }) => ({ id: subjectId as UserId, since, ...subject }));
    return toPage(items, limit);
  }

  /** The display names of those `subjects` whom the viewer sees and who do not hide from it. */
  async namesOf(viewer: UserId, subjects: readonly UserId[]): Promise<{ id: UserId; displayName: string }[]> {
    const rows = await this.#client.edge.findMany({
      where: { viewerId: viewer, subjectId: { in: [...subjects] }, precision: { not: 'hidden' } },
      select: { subjectId: true, subject: { select: { displayName: true } } },
    });
    return rows.map(({ subjectId, subject }) => ({ id: subjectId as UserId, ...subject }));
  }

  /** The people who see `subject`, with the grant of each, including hidden and expired ones. */
  async viewersOf(subject: UserId, { after, limit }: PageRequest): Promise<Page<ListedViewer>> {
    const rows = await this.#client.edge.findMany({
      where: { subjectId: subject, viewerId: { gt: after ?? BEFORE_ALL_IDS } },
      orderBy: { viewerId: 'asc' },
      take: limit + 1,
      select: { viewerId: true, since: true, precision: true, until: true, viewer: { select: { displayName: true } } },
    });
    const items = rows.map(({ viewerId, viewer, ...edge }) => ({ id: viewerId as UserId, ...viewer, ...edge }));
    return toPage(items, limit);
  }

  /** All users who have the user on a list: whom the user sees, and who sees the user, whatever the grants. */
  async peopleAround(user: UserId): Promise<UserId[]> {
    // Raw: Prisma has no UNION.
    const rows = await this.#client.$queryRaw<{ id: UserId }[]>`
      SELECT subject_id AS id FROM edges WHERE viewer_id = ${user}
      UNION SELECT viewer_id FROM edges WHERE subject_id = ${user}`;
    return rows.map(({ id }) => id);
  }

  /** Number of friends of each user; a user without friends is absent. */
  async countFriends({ client }: GraphTransaction, users: readonly UserId[]): Promise<Map<UserId, number>> {
    const rows = await client.edge.groupBy({
      by: ['viewerId'],
      where: { viewerId: { in: [...users] } },
      _count: { _all: true },
    });
    return new Map(rows.map(({ viewerId, _count }) => [viewerId as UserId, _count._all]));
  }

  /** Adds both directions, each with its grant; an existing edge stays unchanged. Pair and users must be locked. */
  async addFriendship(transaction: GraphTransaction, there: GrantedEnds, back: GrantedEnds): Promise<void> {
    const version = await transaction.nextVersion();
    const row = ({ viewer, subject, grant }: GrantedEnds) =>
      Prisma.sql`(${viewer}, ${subject}, ${grant.precision}::precision_grant, ${toDate(grant.until)}::timestamptz, ${version})`;
    // Raw: PostgreSQL stamps `since`; Prisma would take `@default(now())` from the clock of this process.
    const added = await transaction.client.$queryRaw<EdgeEnds[]>`
      INSERT INTO edges (viewer_id, subject_id, precision, until, version) VALUES ${row(there)}, ${row(back)}
      ON CONFLICT DO NOTHING RETURNING viewer_id AS viewer, subject_id AS subject`;
    const grantTo = (viewer: UserId) => (viewer === there.viewer ? there.grant : back.grant);
    const withheld = await this.#withholdings.read(transaction, added);
    const withheldOf = ({ viewer, subject }: EdgeEnds) =>
      withheld.find((one) => one.viewer === viewer && one.subject === subject) ?? null;
    const events = added.map((edge) => edgeEvent(edge, version, withTimes(grantTo(edge.viewer), withheldOf(edge))));
    await transaction.appendEvents(events);
  }

  /**
   * Removes both directions; returns whether one existed. Appends events for both in any case: gateways may hold an edge that
   * a restored database has lost. The pair must be locked.
   */
  async removeFriendship(transaction: GraphTransaction, one: UserId, other: UserId): Promise<boolean> {
    // Raw: Prisma has no DELETE … RETURNING.
    const removed = await transaction.client.$queryRaw<EndingEdge[]>`
      DELETE FROM edges
      WHERE (viewer_id = ${one} AND subject_id = ${other}) OR (viewer_id = ${other} AND subject_id = ${one})
      RETURNING viewer_id AS viewer, subject_id AS subject, precision, until`;
    // Two who become friends again see nothing that was hidden before they ended it.
    for (const edge of removed) await this.#withholdings.record(transaction, edge, grantOf(edge));
    const version = await transaction.nextVersion();
    const directions = [
      { viewer: one, subject: other },
      { viewer: other, subject: one },
    ];
    await transaction.appendEvents(directions.map((edge) => edgeEvent(edge, version, null)));
    return removed.length > 0;
  }

  /** Removes all edges of the user in both directions; returns the former friends. Appends no event: erasure does. */
  async removeAllOf({ client }: GraphTransaction, user: UserId): Promise<UserId[]> {
    // Raw: Prisma has no DELETE … RETURNING.
    const removed = await client.$queryRaw<EdgeEnds[]>`
      DELETE FROM edges WHERE viewer_id = ${user} OR subject_id = ${user}
      RETURNING viewer_id AS viewer, subject_id AS subject`;
    return [...new Set(removed.map(({ viewer, subject }) => (viewer === user ? subject : viewer)))];
  }

  /**
   * Changes the grant of one direction. If there is no such edge, gateways that hold it nevertheless, because a restored
   * database has lost it, end it.
   */
  async changeGrant(transaction: GraphTransaction, edge: EdgeEnds, grant: Grant): Promise<GrantChange> {
    const { viewer, subject } = edge;
    let existing = await lockEdge(transaction, edge);
    if (!existing) {
      // Or the event would end an edge that is being made.
      await lockUsers(transaction, edge);
      existing = await lockEdge(transaction, edge);
    }
    if (!existing) {
      await transaction.appendEvents([edgeEvent(edge, await transaction.nextVersion(), null)]);
      return 'missing';
    }
    const withheld = await this.#withholdings.record(transaction, edge, grantOf(existing));
    const version = await transaction.nextVersion();
    await transaction.client.edge.update({
      where: { viewerId_subjectId: { viewerId: viewer, subjectId: subject } },
      data: { precision: grant.precision, until: toDate(grant.until), version },
      select: { version: true },
    });
    await transaction.appendEvents([edgeEvent(edge, version, withTimes(grant, withheld))]);
    return existing.precision === 'exact' && existing.until === null ? 'changed' : 'perhaps widened';
  }
}

/** Converts ms since the epoch to the type of a timestamp column. */
export function toDate(ms: number | null): Date | null {
  return ms === null ? null : new Date(ms);
}

/** Where the grant before showed everything, no position was withheld by it. */
type GrantChange = 'missing' | 'changed' | 'perhaps widened';

async function lockUsers({ client }: GraphTransaction, { viewer, subject }: EdgeEnds): Promise<void> {
  // Raw: Prisma has no row locks. In the order of ids, as `lockPair` does; either user may not exist.
  await client.$queryRaw`
    SELECT FROM users WHERE id IN (${viewer}, ${subject}) ORDER BY id FOR NO KEY UPDATE`;
}

type EdgeGrant = Omit<EndingEdge, keyof EdgeEnds>;

async function lockEdge({ client }: GraphTransaction, { viewer, subject }: EdgeEnds): Promise<EdgeGrant | undefined> {
  // Raw: Prisma has no row locks, and the version must be taken while the edge is locked.
  const [row] = await client.$queryRaw<EdgeGrant[]>`
    SELECT precision, until FROM edges WHERE viewer_id = ${viewer} AND subject_id = ${subject} FOR NO KEY UPDATE`;
  return row;
}

function grantOf({ precision, until }: EdgeGrant): Grant {
  return { precision, until: until?.getTime() ?? null };
}

function withTimes({ precision, until }: Grant, withheld: Withholding | null): Grant {
  if (withheld === null) return { precision, until };
  return { precision, until, shownFrom: withheld.shownFrom, exactFrom: withheld.exactFrom };
}

function edgeEvent({ viewer, subject }: EdgeEnds, version: number, grant: Grant | null): GraphEvent {
  return { kind: 'edge', version, viewer, subject, grant };
}
