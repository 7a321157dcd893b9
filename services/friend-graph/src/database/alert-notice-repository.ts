/** Reads and writes the friend requests and acceptances of which users are to be alerted. */
import { type AlertNotice, MAX_NOTICES } from '@nearby-friends/protocol';
import { Prisma } from '../generated/prisma/client.ts';
import type { DatabaseClient } from './database-client.ts';
import type { GraphTransaction } from './graph-transaction.ts';

/** An older one is no news: the lists of the page have it. */
const MAX_AGE = Prisma.sql`interval '1 hour'`;
/** After this an instance of alerts that has taken it counts as gone. */
const TAKEN_FOR = Prisma.sql`interval '1 minute'`;

/** Of `notice`: what it says is still so, and the recipient may know. */
const HOLDS = Prisma.sql`CASE notice.kind
  WHEN 'requested' THEN EXISTS (
    SELECT FROM friend_requests WHERE from_id = notice.about_id AND to_id = notice.recipient_id AND NOT suppressed)
  ELSE EXISTS (SELECT FROM edges WHERE viewer_id = notice.recipient_id AND subject_id = notice.about_id)
END`;

export class AlertNoticeRepository {
  readonly #client: DatabaseClient;

  constructor(options: { client: DatabaseClient }) {
    this.#client = options.client;
  }

  /**
   * Written whether or not the recipient exists, wants alerts or blocks the sender, so that its time reveals nothing: what must
   * not be sent is left out when notices are taken. One that is repeated is a new one.
   */
  async add({ client }: GraphTransaction, { kind, recipient, about }: Omit<AlertNotice, 'id'>): Promise<void> {
    // Raw: Prisma's upsert takes two statements, and its own clock.
    await client.$executeRaw`
      INSERT INTO alert_notices (kind, recipient_id, about_id) VALUES (${kind}, ${recipient}, ${about})
      ON CONFLICT (recipient_id, about_id, kind) DO UPDATE
      SET id = excluded.id, created_at = excluded.created_at, taken_at = NULL`;
  }

  /** Deletes those that are done, and takes others that are free. */
  async take(done: readonly string[]): Promise<AlertNotice[]> {
    if (done.length > 0) await this.#client.alertNotice.deleteMany({ where: { id: { in: done.map(BigInt) } } });
    // Raw: Prisma cannot skip locked rows.
    const rows = await this.#client.$queryRaw<(Omit<AlertNotice, 'id'> & { id: bigint })[]>`
      UPDATE alert_notices SET taken_at = clock_timestamp()
      WHERE id IN (
        SELECT id FROM alert_notices AS notice
        WHERE created_at > now() - ${MAX_AGE} AND (taken_at IS NULL OR taken_at < now() - ${TAKEN_FOR})
          AND EXISTS (SELECT FROM alert_settings WHERE user_id = notice.recipient_id AND is_on)
          AND EXISTS (SELECT FROM push_subscriptions WHERE user_id = notice.recipient_id)
          AND ${HOLDS}
        ORDER BY id LIMIT ${MAX_NOTICES} FOR UPDATE SKIP LOCKED)
      RETURNING id, kind, recipient_id AS recipient, about_id AS about`;
    return rows.map(({ id, ...notice }) => ({ ...notice, id: String(id) }));
  }

  /** The display name of whom the notice is about; null: it does not hold any more. */
  async nameFor(id: string): Promise<string | null> {
    const [row] = await this.#client.$queryRaw<{ displayName: string }[]>`
      SELECT users.display_name AS "displayName" FROM alert_notices AS notice JOIN users ON users.id = notice.about_id
      WHERE notice.id = ${BigInt(id)} AND ${HOLDS}`;
    return row?.displayName ?? null;
  }

  /** Deletes those that are too old. */
  async purge(): Promise<void> {
    await this.#client.$executeRaw`DELETE FROM alert_notices WHERE created_at < now() - ${MAX_AGE}`;
  }
}
