/** Reads all that concerns people as viewers, many of them in one statement: what every sign-on waits for (G1). */
import { DEFAULT_RADIUS_METERS, type SubjectSharing, type UserId, type ViewerFriends } from '@nearby-friends/protocol';
import type { Database } from './database.ts';
import { grantOfText, timeOfText } from './edge-text.ts';

export interface ViewersAnswer {
  /** One per viewer, in the order asked; an unknown one has no friends and the default radius. */
  readonly viewers: ViewerFriends[];
  /** Of all friends in the answer those who have ever paused, each once. */
  readonly sharing: SubjectSharing[];
}

/**
 * A viewer's edges as one text: rows of their own would cost ten times the CPU, in PostgreSQL as in Prisma. Edges are
 * separated by commas, their fields by spaces, of which no id has any:
 * `subject precision(e|a) version until [paused(t|f) pauseVersion pauseUntil]`; `-` stands for no end.
 */
interface Row {
  readonly radiusMeters: number | null;
  /** A bigint, which comes as text. */
  readonly radiusVersion: string | null;
  readonly signedOutBefore: Date | null;
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
   * Only grants that deliver at `now` (ms since the epoch) are read: not hidden, and not ended. One that still runs is
   * answered with its end, which whoever delivers must watch. One that is hidden or over never delivers again unless
   * the subject changes it, and such a change is told to the gateways as an event of its own.
   */
  async read(viewers: readonly UserId[], now: number): Promise<ViewersAnswer> {
    const rows = await this.#database.readPrepared<Row>({
      name: 'read-viewers',
      text: READ_VIEWERS,
      values: [viewers, now],
    });
    const sharing = new Map<UserId, SubjectSharing>();
    const answers = viewers.map((viewer, i): ViewerFriends => {
      const row = rows[i];
      return {
        viewer,
        radiusMeters: row?.radiusMeters ?? DEFAULT_RADIUS_METERS,
        radiusVersion: Number(row?.radiusVersion ?? 0),
        signedOutBefore: row?.signedOutBefore?.getTime() ?? null,
        friends: row?.edges ? row.edges.split(',').map((edge) => toFriend(edge, sharing)) : [],
      };
    });
    return { viewers: answers, sharing: [...sharing.values()] };
  }
}

/** Ids that are in the database are user ids: a check constraint holds that. */
function toFriend(edge: string, sharing: Map<UserId, SubjectSharing>): ViewerFriends['friends'][number] {
  const [id = '', kind, version, until, paused, pauseVersion, pauseUntil] = edge.split(' ');
  const subject = id as UserId;
  if (paused !== undefined && !sharing.has(subject)) {
    const pause = { paused: paused === 't', until: timeOfText(pauseUntil) };
    sharing.set(subject, { subject, sharing: pause, version: Number(pauseVersion) });
  }
  return { subject, grant: grantOfText(kind, until), version: Number(version) };
}
