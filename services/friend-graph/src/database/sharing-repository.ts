/** Reads and writes whether users share their position at all. */
import { SHARING, type Sharing, type UserId } from '@nearby-friends/protocol';
import type { DatabaseClient } from './database-client.ts';
import { toDate } from './edge-repository.ts';
import type { GraphTransaction } from './graph-transaction.ts';

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
}

export class SharingRepository {
  readonly #client: DatabaseClient;

  constructor(options: { client: DatabaseClient }) {
    this.#client = options.client;
  }

  /** The sharing state of those `subjects` who have ever paused; one query by primary key. */
  async sharingOf(subjects: readonly UserId[]): Promise<SubjectSharing[]> {
    if (subjects.length === 0) return [];
    // Raw: one array parameter; `in` sends one parameter for each of up to 5,000 ids, which costs more than the result.
    const rows = await this.#client.$queryRaw<Row[]>`
      SELECT user_id AS subject, paused, until, version FROM sharing WHERE user_id = ANY(${subjects}::text[])`;
    return rows.map(({ subject, paused, until, version }) => ({
      subject,
      sharing: { paused, until: until?.getTime() ?? null },
      version: Number(version),
    }));
  }

  /** Stores it with a new version and appends its event. The user must be locked against erasure. */
  async change(transaction: GraphTransaction, subject: UserId, sharing: Sharing): Promise<void> {
    const { client } = transaction;
    const { paused } = sharing;
    const until = toDate(sharing.until);
    // Raw: Prisma has no row locks.
    const [stored] = await client.$queryRaw<object[]>`
      SELECT FROM sharing WHERE user_id = ${subject} FOR NO KEY UPDATE`;
    // A user who has never paused needs no row.
    if (!stored && isDefault(sharing)) return;
    // Raw: of two transactions that find no row one waits here, and the version under DO UPDATE is taken after the wait.
    const [row] = await client.$queryRaw<[{ version: bigint }]>`
      INSERT INTO sharing (user_id, paused, until, version)
      VALUES (${subject}, ${paused}, ${until}::timestamptz, nextval('graph_version'))
      ON CONFLICT (user_id) DO UPDATE
      SET paused = ${paused}, until = ${until}::timestamptz, version = nextval('graph_version')
      RETURNING version`;
    await transaction.appendEvents([{ kind: 'sharing', version: Number(row.version), subject, sharing }]);
  }
}

function isDefault({ paused, until }: Sharing): boolean {
  return paused === SHARING.paused && until === SHARING.until;
}
