/** Reads and writes users. */
import type { UserId } from '@nearby-friends/protocol';
import type { DatabaseClient } from './database-client.ts';
import { type GraphTransaction, GraphTransactions } from './graph-transaction.ts';

export interface Profile {
  readonly id: UserId;
  readonly displayName: string;
  readonly radiusMeters: number;
  /** Of the radius, see `graphVersionSchema`. */
  readonly radiusVersion: number;
  readonly createdAt: Date;
}

/** What a user may change; what is left out stays. */
export interface ProfileChange {
  readonly displayName?: string | undefined;
  readonly radiusMeters?: number | undefined;
}

const PROFILE_FIELDS = {
  id: true,
  displayName: true,
  radiusMeters: true,
  radiusVersion: true,
  createdAt: true,
} as const;

/** Every method rejects with a `CodedError` `unavailable` while PostgreSQL is away. */
export class UserRepository {
  readonly #client: DatabaseClient;
  readonly #transactions: GraphTransactions;

  constructor(options: { client: DatabaseClient }) {
    this.#client = options.client;
    this.#transactions = new GraphTransactions(options);
  }

  /** The user's profile; a new user is made first, named like its id. */
  async readOrCreate(user: UserId): Promise<Profile> {
    const where = { id: user };
    const row = await this.#client.user.findUnique({ where, select: PROFILE_FIELDS });
    if (row) return toProfile(row);
    await this.createIfNew(user);
    return toProfile(await this.#client.user.findUniqueOrThrow({ where, select: PROFILE_FIELDS }));
  }

  async createIfNew(user: UserId): Promise<void> {
    await this.#client.user.createMany({ data: [{ id: user, displayName: user }], skipDuplicates: true });
  }

  /**
   * Changes the profile and answers the new one; a new user is made on the way. A radius takes a version and is told,
   * also when it is the same as before.
   */
  async change(user: UserId, change: ProfileChange): Promise<Profile> {
    await this.createIfNew(user);
    return await this.#transactions.run(async (transaction) => {
      await transaction.lockPair(user, user);
      const changed = {
        ...(change.displayName === undefined ? {} : { displayName: change.displayName }),
        ...(await this.#changeRadius(transaction, user, change.radiusMeters)),
      };
      const where = { id: user };
      return toProfile(await transaction.sql.user.update({ where, data: changed, select: PROFILE_FIELDS }));
    });
  }

  async #changeRadius(transaction: GraphTransaction, user: UserId, radiusMeters: number | undefined) {
    if (radiusMeters === undefined) return {};
    const version = await transaction.nextVersion();
    await transaction.tell([{ kind: 'radius', version, user, radiusMeters }]);
    return { radiusMeters, radiusVersion: BigInt(version) };
  }

  async exists(user: UserId): Promise<boolean> {
    return (await this.#client.user.findUnique({ where: { id: user }, select: { id: true } })) !== null;
  }
}

function toProfile(row: Omit<Profile, 'id' | 'radiusVersion'> & { id: string; radiusVersion: bigint }): Profile {
  return { ...row, id: row.id as UserId, radiusVersion: Number(row.radiusVersion) };
}
