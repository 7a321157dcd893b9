/** Reads and writes users. */
import type { UserId } from '@nearby-friends/protocol';
import { accountErased } from './account-erased.ts';
import type { DatabaseClient } from './database-client.ts';
import type { GraphTransaction, GraphTransactions } from './graph-transaction.ts';
import type { Withholdings } from './withholdings.ts';

export interface Profile {
  readonly id: UserId;
  readonly displayName: string;
  readonly radiusMeters: number;
  /** Version of the radius, see `graphVersionSchema`. */
  readonly radiusVersion: number;
  readonly createdAt: Date;
}

/** Absent fields stay unchanged. */
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

/** Every method rejects with a `CodedError` `unavailable` while PostgreSQL is unavailable. */
export class UserRepository {
  readonly #client: DatabaseClient;
  readonly #transactions: GraphTransactions;
  readonly #withholdings: Withholdings;

  constructor(options: { client: DatabaseClient; transactions: GraphTransactions; withholdings: Withholdings }) {
    this.#client = options.client;
    this.#transactions = options.transactions;
    this.#withholdings = options.withholdings;
  }

  async exists(user: UserId): Promise<boolean> {
    return (await this.#client.user.findUnique({ where: { id: user }, select: { id: true } })) !== null;
  }

  async find(user: UserId): Promise<Profile | null> {
    const row = await this.#client.user.findUnique({ where: { id: user }, select: PROFILE_FIELDS });
    return row && toProfile(row);
  }

  /** The user's profile; creates a new user with the id as display name. */
  async readOrCreate(user: UserId): Promise<Profile> {
    const where = { id: user };
    const row = await this.#client.user.findUnique({ where, select: PROFILE_FIELDS });
    if (row) return toProfile(row);
    await this.createIfNew(user);
    return toProfile(await this.#client.user.findUniqueOrThrow({ where, select: PROFILE_FIELDS }));
  }

  /**
   * With the id as display name. Rejects with `account_erased` for an erased account, whatever the caller knew before: a
   * call that was authenticated before an erasure may arrive here after it.
   */
  async createIfNew(user: UserId): Promise<void> {
    if (await this.exists(user)) return;
    // Raw: Prisma has no functions. It waits for an erasure that is under way.
    const [row] = await this.#client.$queryRaw<[{ isCreated: boolean }]>`
      SELECT create_user_unless_erased(${user}) AS "isCreated"`;
    if (!row.isCreated) throw accountErased();
  }

  /**
   * Changes the profile and returns the new one, and whether the name is another one; creates a new user first. A radius
   * takes a version and appends its event, even if it equals the stored one.
   */
  async change(user: UserId, change: ProfileChange): Promise<{ profile: Profile; isRenamed: boolean }> {
    await this.createIfNew(user);
    return await this.#transactions.run(async (transaction) => {
      if (!(await transaction.lockUser(user))) throw accountErased();
      const isRenamed = await this.#isNewName(transaction, user, change.displayName);
      const data = {
        ...(change.displayName === undefined ? {} : { displayName: change.displayName }),
        ...(await this.#changeRadius(transaction, user, change.radiusMeters)),
      };
      const where = { id: user };
      const row = await transaction.client.user.update({ where, data, select: PROFILE_FIELDS });
      return { profile: toProfile(row), isRenamed };
    });
  }

  /**
   * Deletes the profile, the pause, the devices, the invites, what concerns alerts, and requests and blocks in both directions; a new table that names users belongs
   * here. Edges must be deleted already. Rows in the outbox leave it when they are relayed.
   */
  async erase(transaction: GraphTransaction, user: UserId): Promise<void> {
    const { client } = transaction;
    await this.#withholdings.eraseAllOf(transaction, user);
    // These columns have no foreign key to the user.
    await client.friendRequest.deleteMany({ where: { toId: user } });
    await client.block.deleteMany({ where: { blockedId: user } });
    await client.alertNotice.deleteMany({ where: { OR: [{ recipientId: user }, { aboutId: user }] } });
    // Cascades to the user's own requests, blocks, pause, devices, invites, push subscriptions and choice of alerts.
    await client.user.deleteMany({ where: { id: user } });
  }

  async #isNewName({ client }: GraphTransaction, user: UserId, displayName: string | undefined): Promise<boolean> {
    if (displayName === undefined) return false;
    const row = await client.user.findUnique({ where: { id: user }, select: { displayName: true } });
    return row?.displayName !== displayName;
  }

  async #changeRadius(transaction: GraphTransaction, user: UserId, radiusMeters: number | undefined) {
    if (radiusMeters === undefined) return {};
    const version = await transaction.nextVersion();
    await transaction.appendEvents([{ kind: 'radius', version, user, radiusMeters }]);
    return { radiusMeters, radiusVersion: version };
  }
}

function toProfile(row: Omit<Profile, 'id' | 'radiusVersion'> & { id: string; radiusVersion: bigint }): Profile {
  return { ...row, id: row.id as UserId, radiusVersion: Number(row.radiusVersion) };
}
