/** Reads everything that sign-on needs of viewers, for many of them in one statement (G1). */
import { DEFAULT_RADIUS_METERS, type UserId, type ViewerEdges } from '@nearby-friends/protocol';
import type { Database } from './database.ts';
import { MAX_POSITION_AGE_MS } from './withholdings.ts';

interface Row {
  readonly radiusMeters: number | null;
  /** A bigint, which the driver returns as text. */
  readonly radiusVersion: string | null;
  readonly signedOutBefore: Date | null;
  readonly erasedBefore: Date | null;
  /** In the form of `edgeTextSchema` of the protocol: it goes to the gateway as PostgreSQL wrote it. */
  readonly edges: string | null;
  /** In the form of `withheldTextSchema`. */
  readonly withheld: string | null;
}

const READ_VIEWERS = `
  SELECT users.radius_meters AS "radiusMeters", users.radius_version AS "radiusVersion",
         token_revocations.before AS "signedOutBefore", token_revocations.erased_before AS "erasedBefore",
         granted.edges, granted.withheld
  FROM unnest($1::text[]) WITH ORDINALITY AS requested (id, place)
  LEFT JOIN users ON users.id = requested.id
  LEFT JOIN token_revocations ON token_revocations.user_hash = sha256(convert_to(requested.id, 'UTF8'))
  LEFT JOIN LATERAL (
    SELECT string_agg(
      edges.subject_id || CASE precision WHEN 'exact' THEN ' e ' ELSE ' a ' END || edges.version
        || coalesce(' ' || (extract(epoch FROM edges.until) * 1000)::bigint, ' -')
        || coalesce(CASE WHEN paused THEN ' t ' ELSE ' f ' END || sharing.version
             || coalesce(' ' || (extract(epoch FROM sharing.until) * 1000)::bigint, ' -'), ''),
      ',') AS edges,
      string_agg(
        edges.subject_id || coalesce(' ' || withholdings.shown_from || ' ' || exact_from, ' - -')
          || coalesce(' ' || nullif(sharing.shown_from, 0), ' -'),
        ',') FILTER (WHERE exact_from IS NOT NULL OR sharing.shown_from > $3) AS withheld
    FROM edges
    LEFT JOIN sharing ON sharing.user_id = subject_id
    LEFT JOIN withholdings USING (viewer_id, subject_id)
    WHERE edges.viewer_id = requested.id AND precision <> 'hidden'
      AND (edges.until IS NULL OR edges.until > to_timestamp($2::float8 / 1000))
  ) AS granted ON true
  ORDER BY requested.place`;

export class ViewerRepository {
  readonly #database: Pick<Database, 'readPrepared'>;

  constructor(options: { database: Pick<Database, 'readPrepared'> }) {
    this.#database = options.database;
  }

  /**
   * One entry per viewer, in the given order; an unknown viewer has no friends and the default radius.
   *
   * Reads only grants that deliver at `now` (ms since the epoch): neither hidden nor expired. A grant with an end is
   * returned with it, and the gateway must watch that end. A hidden or expired grant delivers again only after the
   * subject changes it, and gateways receive such a change as an event.
   */
  async read(viewers: readonly UserId[], now: number): Promise<ViewerEdges[]> {
    const rows = await this.#database.readPrepared<Row>({
      name: 'read-viewers',
      text: READ_VIEWERS,
      values: [viewers, now, Math.floor(now - MAX_POSITION_AGE_MS)],
    });
    return viewers.map((viewer, i) => {
      const row = rows[i];
      return {
        viewer,
        radiusMeters: row?.radiusMeters ?? DEFAULT_RADIUS_METERS,
        radiusVersion: Number(row?.radiusVersion ?? 0),
        signedOutBefore: row?.signedOutBefore?.getTime() ?? null,
        erasedBefore: row?.erasedBefore?.getTime() ?? null,
        edges: row?.edges ?? '',
        ...(row?.withheld ? { withheld: row.withheld } : {}),
      };
    });
  }
}
