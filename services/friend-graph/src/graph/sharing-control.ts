/** Decides whether a user is seen at all: pausing and resuming, for all viewers at once. */
import { SHARING, type Sharing, type UserId } from '@nearby-friends/protocol';
import type { Clock } from '@nearby-friends/service-kit';
import type { GraphTransactions } from '../database/graph-transaction.ts';
import { changeSharing, type SharingRepository } from '../database/sharing-repository.ts';
import type { UserRepository } from '../database/user-repository.ts';
import type { Enforcement } from '../outbox/change-propagation.ts';

export class SharingControl {
  readonly #users: UserRepository;
  readonly #sharing: SharingRepository;
  readonly #transactions: GraphTransactions;
  readonly #enforcement: Enforcement;
  readonly #clock: Clock;

  constructor(options: {
    users: UserRepository;
    sharing: SharingRepository;
    transactions: GraphTransactions;
    enforcement: Enforcement;
    clock: Clock;
  }) {
    this.#users = options.users;
    this.#sharing = options.sharing;
    this.#transactions = options.transactions;
    this.#enforcement = options.enforcement;
    this.#clock = options.clock;
  }

  /**
   * Pauses or resumes; at `until` that turns into its opposite. Answers it. Resolves when it is in force everywhere,
   * unless it takes nothing away. The signal ends the waiting and never the change.
   */
  async setSharing(user: UserId, sharing: Sharing, signal?: AbortSignal): Promise<Sharing> {
    await this.#users.createIfNew(user);
    await this.#transactions.run(async (transaction) => {
      await transaction.holdUser(user);
      await changeSharing(transaction, user, sharing);
    });
    if (!sharing.paused && sharing.until === null) this.#enforcement.soon();
    else await this.#enforcement.waitUntilAppliedEverywhere(signal);
    return sharing;
  }

  /** What holds now. */
  async sharingOf(user: UserId): Promise<Sharing> {
    const [kept] = await this.#sharing.sharingOf([user]);
    return kept ? asOf(kept.sharing, this.#clock.now()) : SHARING;
  }
}

/** The same said at `now`, ms since the epoch: after its turn it is the opposite, without end. */
function asOf(sharing: Sharing, now: number): Sharing {
  if (sharing.until === null || now < sharing.until) return sharing;
  return { paused: !sharing.paused, until: null };
}
