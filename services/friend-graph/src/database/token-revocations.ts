/** Reads and writes since when tokens of a user are revoked, and which accounts are erased. */
import { createHash } from 'node:crypto';
import type { UserId } from '@nearby-friends/protocol';
import type { DatabaseClient } from './database-client.ts';
import type { GraphTransaction } from './graph-transaction.ts';

export interface Revocation {
  /** Tokens issued at this time or earlier are revoked, ms since the epoch. */
  readonly before: number;
  /** The account of tokens issued at this time or earlier is erased; null: it never was. */
  readonly erasedBefore: number | null;
  /** The account is erased and no newer token has been used since: the user must not be created. */
  readonly isErased: boolean;
}

/** Keyed by a hash of the user id, so that a revocation outlives the account without its id. */
export class TokenRevocations {
  readonly #client: DatabaseClient;

  constructor(options: { client: DatabaseClient }) {
    this.#client = options.client;
  }

  /** Null: no token of the user is revoked. In a transaction: what was committed before this read. */
  async revocationOf(user: UserId, transaction?: GraphTransaction): Promise<Revocation | null> {
    const client = transaction?.client ?? this.#client;
    const row = await client.tokenRevocation.findUnique({ where: { userHash: hashOf(user) } });
    if (!row) return null;
    const { before, erasedBefore, readmitted } = row;
    return {
      before: before.getTime(),
      erasedBefore: erasedBefore?.getTime() ?? null,
      isErased: erasedBefore !== null && !readmitted,
    };
  }

  /** Revokes all tokens issued at `before` (whole ms since the epoch) or earlier; keeps a later revocation. */
  async revoke(transaction: GraphTransaction, user: UserId, before: number): Promise<void> {
    const until = new Date(before);
    // Raw: a Prisma upsert cannot keep the greater of the stored and the new value in one statement.
    await transaction.client.$executeRaw`
      INSERT INTO token_revocations (user_hash, before) VALUES (${hashOf(user)}, ${until}::timestamptz)
      ON CONFLICT (user_hash) DO UPDATE SET before = greatest(token_revocations.before, excluded.before)`;
  }

  /** The same, for an account that is erased. The account must be locked exclusively. */
  async revokeErased({ client }: GraphTransaction, user: UserId, before: number): Promise<void> {
    const until = new Date(before);
    // Raw: as above.
    await client.$executeRaw`
      INSERT INTO token_revocations (user_hash, before, erased_before)
      VALUES (${hashOf(user)}, ${until}::timestamptz, ${until}::timestamptz)
      ON CONFLICT (user_hash) DO UPDATE SET readmitted = false,
        before = greatest(token_revocations.before, excluded.before),
        erased_before = greatest(token_revocations.erased_before, excluded.erased_before)`;
  }

  /** Lets the user of a token issued at `issuedAt` begin a new account, unless the last one was erased after that. */
  async readmit(user: UserId, issuedAt: number): Promise<void> {
    const where = { userHash: hashOf(user), erasedBefore: { lt: new Date(issuedAt) } };
    await this.#client.tokenRevocation.updateMany({ where, data: { readmitted: true } });
  }

  /** Removes revocations that no valid token is older than; `before` in ms since the epoch. */
  async purge(before: number): Promise<void> {
    await this.#client.tokenRevocation.deleteMany({ where: { before: { lt: new Date(before) } } });
  }
}

function hashOf(user: UserId): Buffer<ArrayBuffer> {
  return createHash('sha256').update(user).digest() as Buffer<ArrayBuffer>;
}
