/** Reads who may see whom, in both directions, for many people at once (G1). */
import type { Grant, Precision, UserId } from '@nearby-friends/protocol';
import type { DatabaseClient } from './database.ts';
import { toGrant } from './edge-table.ts';

/** "The viewer may see the subject", and how. */
export interface GrantedEdge {
  readonly viewer: UserId;
  readonly subject: UserId;
  readonly grant: Grant;
  /** Of the grant, see `graphVersionSchema`. */
  readonly version: number;
}

/**
 * Only grants that deliver now are read: not hidden, and not ended at `now` (ms since the epoch). One that still runs
 * is answered with its end, which whoever delivers must watch. One that is hidden or over never delivers again unless
 * the subject changes it, and such a change is told to the gateways as an event of its own; answering it here would
 * only cost memory and the risk of a mistake.
 */
export class GrantRepository {
  readonly #client: DatabaseClient;

  constructor(options: { client: DatabaseClient }) {
    this.#client = options.client;
  }

  /** Whom each of `viewers` may see, by viewer: one query, from one index alone. Who sees nobody is left out. */
  async friendsOf(viewers: readonly UserId[], now: number): Promise<Map<UserId, GrantedEdge[]>> {
    const edges = await this.#read({ viewerId: { in: [...viewers] } }, now);
    return groupBy(edges, 'viewer');
  }

  /** Who may see each of `subjects`, by subject: one query, from the reverse index alone. Whom nobody sees is left out. */
  async reverseFriendsOf(subjects: readonly UserId[], now: number): Promise<Map<UserId, GrantedEdge[]>> {
    const edges = await this.#read({ subjectId: { in: [...subjects] } }, now);
    return groupBy(edges, 'subject');
  }

  async #read(
    where: { viewerId: { in: string[] } } | { subjectId: { in: string[] } },
    now: number,
  ): Promise<GrantedEdge[]> {
    const rows = await this.#client.edge.findMany({
      where: {
        ...where,
        precision: { not: 'hidden' satisfies Precision },
        OR: [{ until: null }, { until: { gt: new Date(now) } }],
      },
      // What the indexes carry and no more: one other column, and each row costs a page of the table.
      select: { viewerId: true, subjectId: true, precision: true, until: true, version: true },
    });
    // Ids that are in the database are user ids: a check constraint holds that.
    return rows.map(({ viewerId, subjectId, version, ...grant }) => ({
      viewer: viewerId as UserId,
      subject: subjectId as UserId,
      grant: toGrant(grant),
      version: Number(version),
    }));
  }
}

function groupBy(edges: readonly GrantedEdge[], end: 'viewer' | 'subject'): Map<UserId, GrantedEdge[]> {
  const groups = new Map<UserId, GrantedEdge[]>();
  for (const edge of edges) {
    const group = groups.get(edge[end]);
    if (group) group.push(edge);
    else groups.set(edge[end], [edge]);
  }
  return groups;
}
