/** Reads and writes whether users let anybody see them. */
import { SHARING, type Sharing, type UserId } from '@nearby-friends/protocol';
import type { DatabaseClient } from './database-client.ts';
import { toDate } from './edge-repository.ts';
import type { GraphTransaction } from './graph-transaction.ts';

/** A subject's own pause, beside the grants. */
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

  /** Of `subjects` those who have ever paused, each once; one query, from the primary key. */
  async sharingOf(subjects: readonly UserId[]): Promise<SubjectSharing[]> {
    if (subjects.length === 0) return [];
    // An array, since a parameter for each of 5,000 would cost more than the answer.
    const rows = await this.#client.$queryRaw<Row[]>`
      SELECT user_id AS subject, paused, until, version FROM sharing WHERE user_id = ANY(${subjects}::text[])`;
    return rows.map(({ subject, paused, until, version }) => ({
      subject,
      sharing: { paused, until: until?.getTime() ?? null },
      version: Number(version),
    }));
  }
}

/** Keeps it with a new version and tells of it. The user must be held. */
export async function changeSharing(transaction: GraphTransaction, subject: UserId, sharing: Sharing): Promise<void> {
  const { sql } = transaction;
  const { paused } = sharing;
  const until = toDate(sharing.until);
  const [held] = await sql.$queryRaw<object[]>`SELECT FROM sharing WHERE user_id = ${subject} FOR NO KEY UPDATE`;
  // Who has never paused needs no row.
  if (!held && isDefault(sharing)) return;
  // Of two who both find no row one waits here; what stands under DO UPDATE is computed after the waiting.
  const [row] = await sql.$queryRaw<[{ version: bigint }]>`
    INSERT INTO sharing (user_id, paused, until, version)
    VALUES (${subject}, ${paused}, ${until}::timestamptz, nextval('graph_version'))
    ON CONFLICT (user_id) DO UPDATE
    SET paused = ${paused}, until = ${until}::timestamptz, version = nextval('graph_version')
    RETURNING version`;
  await transaction.tell([{ kind: 'sharing', version: Number(row.version), subject, sharing }]);
}

function isDefault({ paused, until }: Sharing): boolean {
  return paused === SHARING.paused && until === SHARING.until;
}
