/** Reads who may see people, many at once: the reverse friends (G1). */
import { type Grant, readGrant, type UserId } from '@nearby-friends/protocol';
import type { DatabaseClient } from './database-client.ts';

/** "The viewer may see the subject", and how. */
export interface GrantedEdge {
  readonly viewer: UserId;
  readonly subject: UserId;
  readonly grant: Grant;
  /** Of the grant, see `graphVersionSchema`. */
  readonly version: number;
}

/** Only grants that deliver now are read, as `ViewerRepository` does in the other direction. */
export class GrantRepository {
  readonly #client: DatabaseClient;

  constructor(options: { client: DatabaseClient }) {
    this.#client = options.client;
  }

  /** Who may see each of `subjects`, by subject: one query, from the reverse index alone. Whom nobody sees is left out. */
  async reverseFriendsOf(subjects: readonly UserId[], now: number): Promise<Map<UserId, GrantedEdge[]>> {
    const rows = await this.#client.$queryRaw<PersonEdges[]>`
      SELECT subject_id AS person, string_agg(
        viewer_id || CASE precision WHEN 'exact' THEN ' e ' ELSE ' a ' END || version
          || coalesce(' ' || (extract(epoch FROM until) * 1000)::bigint, ' -'), ',') AS edges
      FROM edges
      WHERE subject_id = ANY(${subjects}::text[]) AND precision <> 'hidden'
        AND (until IS NULL OR until > to_timestamp(${now}::float8 / 1000))
      GROUP BY subject_id`;
    return new Map(rows.map(({ person, edges }) => [person, edges.split(',').map((edge) => toEdge(person, edge))]));
  }
}

/** All edges of one person as one text, as `edgeTextSchema` of the protocol has them and for its reason. */
interface PersonEdges {
  readonly person: UserId;
  /** `viewer precision(e|a) version until`, separated by commas; `-` stands for no end. */
  readonly edges: string;
}

/** Ids that are in the database are user ids: a check constraint holds that. */
function toEdge(subject: UserId, edge: string): GrantedEdge {
  const [viewer = '', kind, version, until] = edge.split(' ');
  return {
    viewer: viewer as UserId,
    subject,
    grant: readGrant(kind, until),
    version: Number(version),
  };
}
