/** Reads and writes since when tokens of a user are revoked. */
import { createHash } from 'node:crypto';
import type { UserId } from '@nearby-friends/protocol';
import type { DatabaseClient } from './database-client.ts';
import type { GraphTransaction } from './graph-transaction.ts';

/** Keyed by a hash of the user id, so that a revocation outlives the account without its id. */
export class TokenRevocations {
  readonly #client: DatabaseClient;

  constructor(options: { client: DatabaseClient }) {
    this.#client = options.client;
  }

  /** Tokens issued at this time or earlier, ms since the epoch, are revoked; null: none is. */
  async signedOutBefore(user: UserId): Promise<number | null> {
    const row = await this.#client.tokenRevocation.findUnique({ where: { userHash: hashOf(user) } });
    return row?.before.getTime() ?? null;
  }

  /** Revokes all tokens issued at `before` (whole ms since the epoch) or earlier; keeps a later revocation. */
  async revoke({ client }: GraphTransaction, user: UserId, before: number): Promise<void> {
    // Raw: a Prisma upsert cannot keep the greater of the stored and the new value in one statement.
    await client.$executeRaw`
      INSERT INTO token_revocations (user_hash, before) VALUES (${hashOf(user)}, ${new Date(before)}::timestamptz)
      ON CONFLICT (user_hash) DO UPDATE SET before = greatest(token_revocations.before, excluded.before)`;
  }

  /** Removes revocations that no valid token is older than; `before` in ms since the epoch. */
  async purge(before: number): Promise<void> {
    await this.#client.tokenRevocation.deleteMany({ where: { before: { lt: new Date(before) } } });
  }
}

function hashOf(user: UserId): Buffer<ArrayBuffer> {
  return createHash('sha256').update(user).digest() as Buffer<ArrayBuffer>;
}
