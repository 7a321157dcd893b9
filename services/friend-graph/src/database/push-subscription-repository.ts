/** Reads and writes where users get push messages. */
import {
  type AlertLanguage,
  MAX_PUSH_SUBSCRIPTIONS,
  type PushSubscription,
  type UserId,
} from '@nearby-friends/protocol';
import type { DatabaseClient } from './database-client.ts';
import type { GraphTransaction } from './graph-transaction.ts';

/** Without endpoint and keys, with which messages could be sent. */
export interface ListedSubscription {
  readonly id: string;
  readonly language: AlertLanguage;
  readonly createdAt: Date;
  /** When the browser last said that it has it. */
  readonly renewedAt: Date;
}

export class PushSubscriptionRepository {
  readonly #client: DatabaseClient;

  constructor(options: { client: DatabaseClient }) {
    this.#client = options.client;
  }

  /**
   * Adds or renews it; of more than {@link MAX_PUSH_SUBSCRIPTIONS} the one that was renewed the longest time ago goes. One that
   * another user had in the same browser is now this user's alone. The user's devices must be locked.
   */
  async put({ client }: GraphTransaction, user: UserId, subscription: PushSubscription): Promise<void> {
    const { id, endpoint, p256dh, auth, language } = subscription;
    // Raw: PostgreSQL stamps the times that order them.
    await client.$executeRaw`
      INSERT INTO push_subscriptions (id, user_id, endpoint, p256dh, auth, language, created_at, renewed_at)
      VALUES (${id}, ${user}, ${endpoint}, ${p256dh}, ${auth}, ${language}, clock_timestamp(), clock_timestamp())
      ON CONFLICT (id) DO UPDATE SET
        created_at = CASE WHEN push_subscriptions.user_id = excluded.user_id
                     THEN push_subscriptions.created_at ELSE excluded.created_at END,
        user_id = excluded.user_id, p256dh = excluded.p256dh, auth = excluded.auth, language = excluded.language,
        renewed_at = excluded.renewed_at`;
    await client.$executeRaw`
      DELETE FROM push_subscriptions WHERE id IN (
        SELECT id FROM push_subscriptions WHERE user_id = ${user}
        ORDER BY renewed_at DESC, id = ${id} DESC OFFSET ${MAX_PUSH_SUBSCRIPTIONS}::int)`;
  }

  /** The one renewed last comes first. */
  async listOf(user: UserId): Promise<ListedSubscription[]> {
    const rows = await this.#client.pushSubscription.findMany({
      where: { userId: user },
      orderBy: [{ renewedAt: 'desc' }, { id: 'asc' }],
      select: { id: true, language: true, createdAt: true, renewedAt: true },
    });
    return rows.map((row) => ({ ...row, language: row.language as AlertLanguage }));
  }

  /** With all that is needed to send. */
  async subscriptionsOf(user: UserId): Promise<PushSubscription[]> {
    const rows = await this.#client.pushSubscription.findMany({
      where: { userId: user },
      take: MAX_PUSH_SUBSCRIPTIONS,
      select: { id: true, endpoint: true, p256dh: true, auth: true, language: true },
    });
    return rows.map((row) => ({ ...row, language: row.language as AlertLanguage }));
  }

  /** Does nothing if the user has no such subscription. */
  async remove(user: UserId, id: string): Promise<void> {
    await this.#client.pushSubscription.deleteMany({ where: { id, userId: user } });
  }

  /** The user's devices must be locked. */
  async removeAllOf({ client }: GraphTransaction, user: UserId): Promise<void> {
    await client.pushSubscription.deleteMany({ where: { userId: user } });
  }
}
