/** Decides what happens to a user's profile, and lets the user's sessions hear of it. */

import type { Publish } from '@nearby-friends/bus';
import { CodedError, inboxChannel, inboxMessageCodec, type UserId } from '@nearby-friends/protocol';
import type { Profile, ProfileChange, UserRepository } from './database/user-repository.ts';

export class Profiles {
  readonly #users: UserRepository;
  readonly #publish: Publish;

  constructor(options: { users: UserRepository; publish: Publish }) {
    this.#users = options.users;
    this.#publish = options.publish;
  }

  /** A user who is not known yet is made: whoever holds a valid token is somebody. */
  async read(user: UserId): Promise<Profile> {
    return await this.#users.readOrCreate(user);
  }

  async createIfNew(user: UserId): Promise<void> {
    await this.#users.createIfNew(user);
  }

  /**
   * Keeps the change, then tells every session of the user about a radius. Rejects with `unavailable` when either fails;
   * the same call again completes it. Of two changes at the same moment the sessions may hear in the other order; they
   * read what is kept when they next open.
   */
  async change(user: UserId, change: ProfileChange): Promise<Profile> {
    const profile = await this.#users.change(user, change);
    if (change.radiusMeters !== undefined) await this.#tellSessions(profile);
    return profile;
  }

  async #tellSessions({ id, radiusMeters }: Profile): Promise<void> {
    try {
      await this.#publish(inboxChannel(id), inboxMessageCodec.encode({ kind: 'profile-changed', radiusMeters }));
    } catch (error) {
      throw new CodedError('unavailable', 'The radius is kept but not yet in use everywhere. Send it again.', {
        cause: error,
      });
    }
  }
}
