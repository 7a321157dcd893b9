/** Reads who may see whom, in both directions, for many people at once (G1). */
import type { Grant, Precision, UserId } from '@nearby-friends/protocol';
import type { DatabaseClient } from './database.ts';

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
    const rows = await this.#client.$queryRaw<PersonEdges[]>`
      SELECT viewer_id AS person,
             json_agg(json_build_array(subject_id, precision, extract(epoch FROM until) * 1000, version))::text AS edges
      FROM edges
      WHERE viewer_id = ANY(${viewers}) AND precision <> 'hidden' AND (until IS NULL OR until > to_timestamp(${now}::float8 / 1000))
      GROUP BY viewer_id`;
    return byPerson(rows, (viewer, subject) => ({ viewer, subject }));
  }

  /** Who may see each of `subjects`, by subject: one query, from the reverse index alone. Whom nobody sees is left out. */
  async reverseFriendsOf(subjects: readonly UserId[], now: number): Promise<Map<UserId, GrantedEdge[]>> {
    const rows = await this.#client.$queryRaw<PersonEdges[]>`
      SELECT subject_id AS person,
             json_agg(json_build_array(viewer_id, precision, extract(epoch FROM until) * 1000, version))::text AS edges
      FROM edges
      WHERE subject_id = ANY(${subjects}) AND precision <> 'hidden' AND (until IS NULL OR until > to_timestamp(${now}::float8 / 1000))
      GROUP BY subject_id`;
    return byPerson(rows, (subject, viewer) => ({ viewer, subject }));
  }
}

/**
 * All edges of one person as one JSON text. Row by row, Prisma takes ten times the CPU, and this is what every sign-on
 * waits for.
 */
interface PersonEdges {
  readonly person: UserId;
  readonly edges: string;
}
/** The person at the other end, precision, end in ms since the epoch, version. */
type EdgeFields = [other: UserId, precision: Precision, until: number | null, version: number];

/** Ids that are in the database are user ids: a check constraint holds that. */
function byPerson(
  rows: readonly PersonEdges[],
  ends: (person: UserId, other: UserId) => Pick<GrantedEdge, 'viewer' | 'subject'>,
): Map<UserId, GrantedEdge[]> {
  return new Map(
    rows.map(({ person, edges }) => [
      person,
      (JSON.parse(edges) as EdgeFields[]).map(([other, precision, until, version]) => ({
        ...ends(person, other),
        grant: { precision, until },
        version,
      })),
    ]),
  );
}
