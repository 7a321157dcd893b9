/** Reads all that concerns people as viewers, many of them in one statement: what every sign-on waits for (G1). */
import { DEFAULT_RADIUS_METERS, type UserId, type ViewerEdges } from '@nearby-friends/protocol';
import type { Database } from './database.ts';

interface Row {
  readonly radiusMeters: number | null;
  /** A bigint, which comes as text. */
  readonly radiusVersion: string | null;
  readonly signedOutBefore: Date | null;
  /** As `edgeTextSchema` of the protocol has it: it goes to the gateway as PostgreSQL wrote it. */
  readonly edges: string | null;
}

const READ_VIEWERS = `
  SELECT users.radius_meters AS "radiusMeters", users.radius_version AS "radiusVersion",
         token_revocations.before AS "signedOutBefore", granted.edges
  FROM unnest($1::text[]) WITH ORDINALITY AS asked (id, place)
  LEFT JOIN users ON users.id = asked.id
  LEFT JOIN token_revocations ON token_revocations.user_hash = sha256(convert_to(asked.id, 'UTF8'))
  LEFT JOIN LATERAL (
    SELECT string_agg(
      subject_id || CASE precision WHEN 'exact' THEN ' e ' ELSE ' a ' END || edges.version
        || coalesce(' ' || (extract(epoch FROM edges.until) * 1000)::bigint, ' -')
        || coalesce(CASE WHEN paused THEN ' t ' ELSE ' f ' END || sharing.version
             || coalesce(' ' || (extract(epoch FROM sharing.until) * 1000)::bigint, ' -'), ''),
      ',') AS edges
    FROM edges LEFT JOIN sharing ON sharing.user_id = subject_id
    WHERE viewer_id = asked.id AND precision <> 'hidden'
      AND (edges.until IS NULL OR edges.until > to_timestamp($2::float8 / 1000))
  ) AS granted ON true
  ORDER BY asked.place`;

export class ViewerRepository {
  readonly #database: Pick<Database, 'readPrepared'>;

  constructor(options: { database: Pick<Database, 'readPrepared'> }) {
    this.#database = options.database;
  }

  /**
   * One for each viewer, in the order asked; an unknown one has no friends and the default radius.
   *
   * Only grants that deliver at `now` (ms since the epoch) are read: not hidden, and not ended. One that still runs is
   * answered with its end, which whoever delivers must watch. One that is hidden or over never delivers again unless
   * the subject changes it, and such a change is told to the gateways as an event of its own.
   */
  async read(viewers: readonly UserId[], now: number): Promise<ViewerEdges[]> {
    const rows = await this.#database.readPrepared<Row>({
      name: 'read-viewers',
      text: READ_VIEWERS,
      values: [viewers, now],
    });
    return viewers.map((viewer, i) => {
      const row = rows[i];
      return {
        viewer,
        radiusMeters: row?.radiusMeters ?? DEFAULT_RADIUS_METERS,
        radiusVersion: Number(row?.radiusVersion ?? 0),
        signedOutBefore: row?.signedOutBefore?.getTime() ?? null,
        edges: row?.edges ?? '',
      };
    });
  }
}
