/** Decides what happens to a user's profile, and lets the user's sessions hear of it. */

import type { UserId } from '@nearby-friends/protocol';
import type { Profile, ProfileChange, UserRepository } from '../database/user-repository.ts';
import type { Enforcement } from '../outbox/change-propagation.ts';

export class Profiles {
  readonly #users: UserRepository;
  readonly #enforcement: Pick<Enforcement, 'soon'>;

  constructor(options: { users: UserRepository; enforcement: Pick<Enforcement, 'soon'> }) {
    this.#users = options.users;
    this.#enforcement = options.enforcement;
  }

  /** A user who is not known yet is made: whoever holds a valid token is somebody. */
  async read(user: UserId): Promise<Profile> {
    return await this.#users.readOrCreate(user);
  }

  async createIfNew(user: UserId): Promise<void> {
    await this.#users.createIfNew(user);
  }

  /**
   * Keeps the change; every session of the user hears of a radius a moment later, and of two in the order of their
   * versions. Rejects with `unavailable` while PostgreSQL is away.
   */
  async change(user: UserId, change: ProfileChange): Promise<Profile> {
    const profile = await this.#users.change(user, change);
    if (change.radiusMeters !== undefined) this.#enforcement.soon();
    return profile;
  }
}
