/** Decides whether a user shares a position at all: pause and resume, for all viewers together. */
import { SHARING, type Sharing, type UserId } from '@nearby-friends/protocol';
import type { Clock } from '@nearby-friends/service-kit';
import type { Repositories } from '../database/create-repositories.ts';
import type { ChangePropagation } from '../outbox/change-propagation.ts';
import type { DeviceNotices } from './device-notices.ts';

export class SharingControl {
  readonly #repositories: Pick<Repositories, 'transactions' | 'users' | 'sharing'>;
  readonly #propagation: ChangePropagation;
  readonly #notices: DeviceNotices;
  readonly #clock: Clock;

  constructor(options: {
    repositories: Pick<Repositories, 'transactions' | 'users' | 'sharing'>;
    propagation: ChangePropagation;
    notices: DeviceNotices;
    clock: Clock;
  }) {
    this.#repositories = options.repositories;
    this.#propagation = options.propagation;
    this.#notices = options.notices;
    this.#clock = options.clock;
  }

  /**
   * Pauses or resumes; at `until` the state becomes its opposite. Returns the state. Resolves when all gateways have
   * applied it, unless it revokes nothing. What was reported in a pause stays withheld; the next report counts (G7). The
   * signal aborts the wait and never the change.
   */
  async setSharing(user: UserId, state: Sharing, signal?: AbortSignal): Promise<Sharing> {
    const { transactions, users, sharing } = this.#repositories;
    await users.createIfNew(user);
    await transactions.run(async (transaction) => {
      await transaction.lockAgainstErasure(user);
      await sharing.change(transaction, user, state);
    });
    this.#notices.send([{ user, changed: 'sharing' }]);
    if (!state.paused && state.until === null) this.#propagation.trigger();
    else await this.#propagation.waitUntilAppliedEverywhere(signal);
    if (!state.paused) await this.#propagation.waitUntilNextReportCounts();
    return state;
  }

  /** The current state. */
  async sharingOf(user: UserId): Promise<Sharing> {
    const [stored] = await this.#repositories.sharing.sharingOf([user]);
    return stored ? sharingAt(stored.sharing, this.#clock.now()) : SHARING;
  }
}

/** The state at `now`, ms since the epoch: from `until` on it is the opposite, without end. */
function sharingAt({ paused, until }: Sharing, now: number): Sharing {
  if (until === null || now < until) return { paused, until };
  return { paused: !paused, until: null };
}
