/** Reads and writes invites. */
import type { Grant, UserId } from '@nearby-friends/protocol';
import type { DatabaseClient } from './database-client.ts';
import { toDate } from './edge-repository.ts';
import type { GraphTransaction } from './graph-transaction.ts';

/** Without its code, which is not kept. */
export interface Invite {
  readonly id: string;
  /** Whether more than one person may accept it. */
  readonly isReusable: boolean;
  readonly timesUsed: number;
  /** What the inviter grants each who accepts it. */
  readonly grant: Grant;
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

export interface OwnedInvite extends Invite {
  readonly user: UserId;
}

export interface NewInvite extends Pick<OwnedInvite, 'id' | 'user' | 'isReusable' | 'grant'> {
  /** SHA-256 of its code. */
  readonly codeHash: Buffer<ArrayBuffer>;
  readonly lifetimeSeconds: number;
}

interface Row {
  readonly id: string;
  readonly userId: string;
  readonly isReusable: boolean;
  readonly timesUsed: number;
  readonly precision: Grant['precision'];
  readonly until: Date | null;
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

export class InviteRepository {
  readonly #client: DatabaseClient;

  constructor(options: { client: DatabaseClient }) {
    this.#client = options.client;
  }

  /** Those that can still be accepted, the newest first. */
  async openInvitesOf(user: UserId): Promise<Invite[]> {
    // Raw, as all that compares with the end: by PostgreSQL's clock, on which all replicas agree.
    const rows = await this.#client.$queryRaw<Row[]>`
      SELECT id, user_id AS "userId", is_reusable AS "isReusable", times_used AS "timesUsed", precision::text, until,
        created_at AS "createdAt", expires_at AS "expiresAt"
      FROM invites WHERE user_id = ${user} AND expires_at > now() AND (is_reusable OR times_used = 0)
      ORDER BY created_at DESC, id`;
    return rows.map(toInvite);
  }

  /** Also one that is used up; null if there is none, or if it has ended. */
  async find(codeHash: Buffer<ArrayBuffer>): Promise<OwnedInvite | null> {
    const [row] = await this.#client.$queryRaw<Row[]>`
      SELECT id, user_id AS "userId", is_reusable AS "isReusable", times_used AS "timesUsed", precision::text, until,
        created_at AS "createdAt", expires_at AS "expiresAt"
      FROM invites WHERE code_hash = ${codeHash} AND expires_at > now()`;
    return row ? toInvite(row) : null;
  }

  /** Counts a use, unless the invite has ended, was revoked or is used up; returns whether it was counted. */
  async use({ client }: GraphTransaction, id: string): Promise<boolean> {
    const count = await client.$executeRaw`
      UPDATE invites SET times_used = times_used + 1
      WHERE id = ${id} AND expires_at > now() AND (is_reusable OR times_used = 0)`;
    return count === 1;
  }

  /** The number of open ones; the user must be locked. Deletes those that have ended. */
  async countOpen({ client }: GraphTransaction, user: UserId): Promise<number> {
    await client.$executeRaw`DELETE FROM invites WHERE user_id = ${user} AND expires_at <= now()`;
    const [row] = await client.$queryRaw<[{ count: bigint }]>`
      SELECT count(*) AS count FROM invites WHERE user_id = ${user} AND (is_reusable OR times_used = 0)`;
    return Number(row.count);
  }

  async add({ client }: GraphTransaction, invite: NewInvite): Promise<Pick<Invite, 'createdAt' | 'expiresAt'>> {
    const { id, user, codeHash, isReusable, grant, lifetimeSeconds } = invite;
    const [row] = await client.$queryRaw<[{ createdAt: Date; expiresAt: Date }]>`
      INSERT INTO invites (id, user_id, code_hash, is_reusable, precision, until, expires_at)
      VALUES (${id}, ${user}, ${codeHash}, ${isReusable}, ${grant.precision}::precision_grant,
        ${toDate(grant.until)}::timestamptz, now() + ${lifetimeSeconds}::int * interval '1 second')
      RETURNING created_at AS "createdAt", expires_at AS "expiresAt"`;
    return row;
  }

  /** Does nothing if the user has no such invite. */
  async remove(user: UserId, id: string): Promise<void> {
    await this.#client.invite.deleteMany({ where: { id, userId: user } });
  }

  async removeAllOf({ client }: GraphTransaction, user: UserId): Promise<void> {
    await client.invite.deleteMany({ where: { userId: user } });
  }
}

function toInvite({ userId, precision, until, ...row }: Row): OwnedInvite {
  return { ...row, user: userId as UserId, grant: { precision, until: until?.getTime() ?? null } };
}
