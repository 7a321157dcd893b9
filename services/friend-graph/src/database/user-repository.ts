/** Reads and writes users. */
import type { UserId } from '@nearby-friends/protocol';
import type { DatabaseClient } from './database.ts';

export interface Profile {
  readonly id: UserId;
  readonly displayName: string;
  readonly radiusMeters: number;
  readonly createdAt: Date;
}

/** What a user may change; what is left out stays. */
export interface ProfileChange {
  readonly displayName?: string | undefined;
  readonly radiusMeters?: number | undefined;
}

const PROFILE_FIELDS = { id: true, displayName: true, radiusMeters: true, createdAt: true } as const;

/** Every method rejects with a `CodedError` `unavailable` while PostgreSQL is away. */
export class UserRepository {
  readonly #client: DatabaseClient;

  constructor(options: { client: DatabaseClient }) {
    this.#client = options.client;
  }

  /** The user's profile; a new user is made first, named like its id. */
  async readOrCreate(user: UserId): Promise<Profile> {
    const row = await this.#client.user.findUnique({ where: { id: user }, select: PROFILE_FIELDS });
    if (row) return { ...row, id: user };
    await this.createIfNew(user);
    return {
      ...(await this.#client.user.findUniqueOrThrow({ where: { id: user }, select: PROFILE_FIELDS })),
      id: user,
    };
  }

  async createIfNew(user: UserId): Promise<void> {
    await this.#client.user.createMany({ data: [{ id: user, displayName: user }], skipDuplicates: true });
  }

  /** Changes the profile and answers the new one; a new user is made on the way. */
  async change(user: UserId, { displayName, radiusMeters }: ProfileChange): Promise<Profile> {
    const changed = {
      ...(displayName === undefined ? {} : { displayName }),
      ...(radiusMeters === undefined ? {} : { radiusMeters }),
    };
    if (Object.keys(changed).length === 0) return await this.readOrCreate(user);
    const row = await this.#client.user.upsert({
      where: { id: user },
      create: { id: user, displayName: user, ...changed },
      update: changed,
      select: PROFILE_FIELDS,
    });
    return { ...row, id: user };
  }

  /** The radius of each of `users` in metres; unknown users are left out. */
  async radiiOf(users: readonly UserId[]): Promise<Map<UserId, number>> {
    const rows = await this.#client.user.findMany({
      where: { id: { in: [...users] } },
      select: { id: true, radiusMeters: true },
    });
    return new Map(rows.map(({ id, radiusMeters }) => [id as UserId, radiusMeters]));
  }
}
