/** Reads who may see users, for many subjects at once: their reverse friends (G1). */
import { type Grant, readGrant, readWithheld, type UserId } from '@nearby-friends/protocol';
import type { DatabaseClient } from './database-client.ts';

/** The viewer may see the subject under this grant. */
export interface GrantedEdge {
  readonly viewer: UserId;
  readonly subject: UserId;
  readonly grant: Grant;
  /** Version of the grant, see `graphVersionSchema`. */
  readonly version: number;
}

/** Reads only grants that deliver now, as `ViewerRepository` does in the other direction. */
export class GrantRepository {
  readonly #client: DatabaseClient;

  constructor(options: { client: DatabaseClient }) {
    this.#client = options.client;
  }

  /**
   * The edges to each of `subjects`, by subject: one query, from the reverse index alone. A subject without viewers is
   * absent.
   */
  async reverseFriendsOf(subjects: readonly UserId[], now: number): Promise<Map<UserId, GrantedEdge[]>> {
    // Raw: one row per subject; Prisma would build an object for each of up to 5,000 edges of each.
    const rows = await this.#client.$queryRaw<SubjectEdges[]>`
      SELECT subject_id AS subject, string_agg(
        viewer_id || CASE precision WHEN 'exact' THEN ' e ' ELSE ' a ' END || version
          || coalesce(' ' || (extract(epoch FROM until) * 1000)::bigint, ' -')
          || coalesce(' ' || shown_from || ' ' || exact_from, ''), ',') AS edges
      FROM edges LEFT JOIN withholdings USING (viewer_id, subject_id)
      WHERE subject_id = ANY(${subjects}::text[]) AND precision <> 'hidden'
        AND (until IS NULL OR until > to_timestamp(${now}::float8 / 1000))
      GROUP BY subject_id`;
    return new Map(rows.map(({ subject, edges }) => [subject, edges.split(',').map((edge) => toEdge(subject, edge))]));
  }
}

/** All edges to one subject as one text, for the reason given at `edgeTextSchema` of the protocol. */
interface SubjectEdges {
  readonly subject: UserId;
  /** `viewer precision(e|a) version until [shownFrom exactFrom]`, separated by commas; `-` means no end. */
  readonly edges: string;
}

/** Ids need no parsing: a check constraint of the database guarantees their form. */
function toEdge(subject: UserId, edge: string): GrantedEdge {
  const [viewer = '', kind, version, until, shownFrom, exactFrom] = edge.split(' ');
  return {
    viewer: viewer as UserId,
    subject,
    grant: { ...readGrant(kind, until), ...readWithheld(shownFrom, exactFrom) },
    version: Number(version),
  };
}
