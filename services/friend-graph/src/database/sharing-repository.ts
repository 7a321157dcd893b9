/** Reads and writes whether users share their position at all. */
import { SHARING, type Sharing, type UserId } from '@nearby-friends/protocol';
import type { DatabaseClient } from './database-client.ts';
import { toDate } from './edge-repository.ts';
import type { GraphTransaction } from './graph-transaction.ts';
import type { Withholdings } from './withholdings.ts';

/** A subject's own pause, which applies in addition to the grants. */
export interface SubjectSharing {
  readonly subject: UserId;
  readonly sharing: Sharing;
  /** See `graphVersionSchema`. */
  readonly version: number;
}

interface Row {
  readonly subject: UserId;
  readonly paused: boolean;
  readonly until: Date | null;
  readonly version: bigint;
  readonly shownFrom: bigint;
}

export class SharingRepository {
  readonly #client: DatabaseClient;

  readonly #withholdings: Withholdings;

  constructor(options: { client: DatabaseClient; withholdings: Withholdings }) {
    this.#client = options.client;
    this.#withholdings = options.withholdings;
  }

  /** The sharing state of those `subjects` who have ever paused; one query by primary key. */
  async sharingOf(subjects: readonly UserId[]): Promise<SubjectSharing[]> {
    if (subjects.length === 0) return [];
    // Raw: one array parameter; `in` sends one parameter for each of up to 5,000 ids, which costs more than the result.
    const rows = await this.#client.$queryRaw<Row[]>`
      SELECT user_id AS subject, paused, until, version, shown_from AS "shownFrom" FROM sharing WHERE user_id = ANY(${subjects}::text[])`;
    return rows.map(({ subject, paused, until, version, shownFrom }) => ({
      subject,
      sharing: { paused, until: until?.getTime() ?? null, ...(shownFrom > 0n ? { shownFrom: Number(shownFrom) } : {}) },
      version: Number(version),
    }));
  }

  /**
   * Stores it with a new version and appends its event. Positions received in a pause, up to its end, stay withheld. The
   * user must be locked against erasure.
   */
  async change(transaction: GraphTransaction, subject: UserId, sharing: Sharing): Promise<void> {
    const { client } = transaction;
    const { paused } = sharing;
    const until = toDate(sharing.until);
    // Raw: Prisma has no row locks.
    const [stored] = await client.$queryRaw<object[]>`
      SELECT FROM sharing WHERE user_id = ${subject} FOR NO KEY UPDATE`;
    // A user who has never paused needs no row.
    if (!stored && isDefault(sharing)) return;
    const boundary = this.#withholdings.boundary();
    // A pause that ends by itself withholds up to its end.
    const pausedUntil = paused ? sharing.until : null;
    // Raw: of two transactions that find no row one waits here, and the version under DO UPDATE is taken after the wait.
    const [row] = await client.$queryRaw<[{ version: bigint; shownFrom: bigint }]>`
      INSERT INTO sharing (user_id, paused, until, version, shown_from)
      VALUES (${subject}, ${paused}, ${until}::timestamptz, nextval('graph_version'), coalesce(${pausedUntil}::bigint, 0))
      ON CONFLICT (user_id) DO UPDATE
      SET paused = ${paused}, until = ${until}::timestamptz, version = nextval('graph_version'),
          shown_from = coalesce(${pausedUntil}::bigint, CASE
            WHEN sharing.paused = (sharing.until IS NULL OR sharing.until > to_timestamp(${boundary}::float8 / 1000))
            THEN ${boundary}::bigint ELSE sharing.shown_from END)
      RETURNING version, shown_from AS "shownFrom"`;
    const shownFrom = Number(row.shownFrom);
    const state = shownFrom > 0 ? { ...sharing, shownFrom } : sharing;
    await transaction.appendEvents([{ kind: 'sharing', version: Number(row.version), subject, sharing: state }]);
  }

  /**
   * Withholds what was received before `shownFrom`, ms on Redis' clock, from all viewers: a user has ended sharing. A pause
   * stays as it is. Nothing is stored for a user that does not exist.
   */
  async withholdBefore(transaction: GraphTransaction, subject: UserId, shownFrom: number): Promise<void> {
    // Raw: Prisma has no INSERT … SELECT, and an upsert cannot keep the greater of two values.
    const [row] = await transaction.client.$queryRaw<Omit<Row, 'subject'>[]>`
      INSERT INTO sharing (user_id, paused, until, version, shown_from)
      SELECT id, false, NULL, nextval('graph_version'), ${shownFrom}::bigint FROM users WHERE id = ${subject} FOR KEY SHARE
      ON CONFLICT (user_id) DO UPDATE
      SET version = nextval('graph_version'), shown_from = greatest(sharing.shown_from, excluded.shown_from)
      RETURNING paused, until, version, shown_from AS "shownFrom"`;
    if (!row) return;
    const { paused, until, version } = row;
    const sharing = { paused, until: until?.getTime() ?? null, shownFrom: Number(row.shownFrom) };
    await transaction.appendEvents([{ kind: 'sharing', version: Number(version), subject, sharing }]);
  }
}

function isDefault({ paused, until }: Sharing): boolean {
  return paused === SHARING.paused && until === SHARING.until;
}
