/** Since when tokens of a user are void. Kept by a hash of the id, so that it outlives the account without its name. */
import { createHash } from 'node:crypto';
import type { UserId } from '@nearby-friends/protocol';
import type { DatabaseClient } from './database.ts';
import type { GraphTransaction } from './graph-transaction.ts';

export class TokenRevocations {
  readonly #client: DatabaseClient;

  constructor(options: { client: DatabaseClient }) {
    this.#client = options.client;
  }

  /** Tokens of the user issued at this time or earlier, ms since the epoch, are void; null: none was called back. */
  async signedOutBefore(user: UserId): Promise<number | null> {
    return (await this.signedOutBeforeOf([user])).get(user) ?? null;
  }

  /** The same for many in one query; who is not in the answer has called none back. */
  async signedOutBeforeOf(users: readonly UserId[]): Promise<Map<UserId, number>> {
    const userOf = new Map(users.map((user) => [hashOf(user).toString('hex'), user]));
    const rows = await this.#client.tokenRevocation.findMany({
      where: { userHash: { in: [...userOf.values()].map(hashOf) } },
    });
    const found = new Map<UserId, number>();
    for (const { userHash, before } of rows) {
      const user = userOf.get(Buffer.from(userHash).toString('hex'));
      if (user) found.set(user, before.getTime());
    }
    return found;
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
