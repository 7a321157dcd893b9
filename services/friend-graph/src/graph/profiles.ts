/** Decides how a user's profile changes. */
import type { UserId } from '@nearby-friends/protocol';
import type { Profile, ProfileChange, UserRepository } from '../database/user-repository.ts';
import type { ChangePropagation } from '../outbox/change-propagation.ts';
import type { RenameNotices } from './rename-notices.ts';

export class Profiles {
  readonly #users: UserRepository;
  readonly #propagation: Pick<ChangePropagation, 'trigger'>;
  readonly #renames: Pick<RenameNotices, 'send'>;

  constructor(options: {
    users: UserRepository;
    propagation: Pick<ChangePropagation, 'trigger'>;
    renames: Pick<RenameNotices, 'send'>;
  }) {
    this.#users = options.users;
    this.#propagation = options.propagation;
    this.#renames = options.renames;
  }

  /** Creates an unknown user: a valid token is proof enough. Rejects with `account_erased`. */
  async read(user: UserId): Promise<Profile> {
    return await this.#users.readOrCreate(user);
  }

  async createIfNew(user: UserId): Promise<void> {
    await this.#users.createIfNew(user);
  }

  /**
   * Saves the change. Every session of the user receives a new radius a moment later; of two radii the one with the
   * higher version applies. Friends are told of a new name, at most once. Rejects with `unavailable` while PostgreSQL is unavailable.
   */
  async change(user: UserId, change: ProfileChange): Promise<Profile> {
    const { profile, isRenamed } = await this.#users.change(user, change);
    if (isRenamed) this.#renames.send(user);
    if (change.radiusMeters !== undefined) this.#propagation.trigger();
    return profile;
  }
}
