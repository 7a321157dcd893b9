/** Since when tokens of a user are void. Kept by a hash of the id, so that it outlives the account without its name. */
import { createHash } from 'node:crypto';
import type { UserId } from '@nearby-friends/protocol';
import type { DatabaseClient } from './database-client.ts';
import type { GraphTransaction } from './graph-transaction.ts';

export class TokenRevocations {
  readonly #client: DatabaseClient;

  constructor(options: { client: DatabaseClient }) {
    this.#client = options.client;
  }

  /** Tokens of the user issued at this time or earlier, ms since the epoch, are void; null: none was called back. */
  async signedOutBefore(user: UserId): Promise<number | null> {
    const row = await this.#client.tokenRevocation.findUnique({ where: { userHash: hashOf(user) } });
    return row?.before.getTime() ?? null;
  }

  /** Removes what no valid token can be older than; `before` in ms since the epoch. */
  async purge(before: number): Promise<void> {
    await this.#client.tokenRevocation.deleteMany({ where: { before: { lt: new Date(before) } } });
  }
}

/** Voids all tokens issued at `before` (whole ms since the epoch) or earlier; never takes back an earlier sign-out. */
export async function revokeTokens({ sql }: GraphTransaction, user: UserId, before: number): Promise<void> {
  await sql.$executeRaw`
    INSERT INTO token_revocations (user_hash, before) VALUES (${hashOf(user)}, ${new Date(before)}::timestamptz)
    ON CONFLICT (user_hash) DO UPDATE SET before = greatest(token_revocations.before, excluded.before)`;
}

function hashOf(user: UserId): Buffer<ArrayBuffer> {
  return createHash('sha256').update(user).digest() as Buffer<ArrayBuffer>;
}
