/** Decides how a user's profile changes. */
import type { UserId } from '@nearby-friends/protocol';
import type { Profile, ProfileChange, UserRepository } from '../database/user-repository.ts';
import type { ChangePropagation } from '../outbox/change-propagation.ts';

export class Profiles {
  readonly #users: UserRepository;
  readonly #propagation: Pick<ChangePropagation, 'trigger'>;

  constructor(options: { users: UserRepository; propagation: Pick<ChangePropagation, 'trigger'> }) {
    this.#users = options.users;
    this.#propagation = options.propagation;
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
   * higher version applies. Rejects with `unavailable` while PostgreSQL is unavailable.
   */
  async change(user: UserId, change: ProfileChange): Promise<Profile> {
    const profile = await this.#users.change(user, change);
    if (change.radiusMeters !== undefined) this.#propagation.trigger();
    return profile;
  }
}
