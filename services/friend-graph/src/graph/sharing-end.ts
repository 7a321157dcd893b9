/** Ends the sharing of a user who signs out: no viewer sees the last position any more. */
import type { UserId } from '@nearby-friends/protocol';
import { STALL_MS } from '@nearby-friends/service-kit';
import type { Repositories } from '../database/create-repositories.ts';
import type { ChangePropagation } from '../outbox/change-propagation.ts';

/** Port: deletes the last known position unless it is newer than `before`. Idempotent; rejects with `unavailable`. */
export type StopPosition = (user: UserId, before: number) => Promise<unknown>;

/**
 * The gateway that received the last position may stamp it so much later, ms: as long as it may have waited there unnoticed,
 * and as far as its estimate of Redis' clock may be ahead. Another device that reports within this time is seen again with its
 * next report.
 */
const STAMP_MARGIN_MS = STALL_MS + 50;
/** A revoked connection may send until every gateway has heard of the revocation, ms. */
const CLOSING_MARGIN_MS = 1_000;

export class SharingEnd {
  readonly #repositories: Pick<Repositories, 'transactions' | 'users' | 'sharing' | 'revocations'>;
  readonly #propagation: ChangePropagation;
  readonly #stopPosition: StopPosition;
  /** The clock that stamps positions, ms since the epoch. */
  readonly #redisNow: () => number;

  constructor(options: {
    repositories: Pick<Repositories, 'transactions' | 'users' | 'sharing' | 'revocations'>;
    propagation: ChangePropagation;
    stopPosition: StopPosition;
    redisNow: () => number;
  }) {
    this.#repositories = options.repositories;
    this.#propagation = options.propagation;
    this.#stopPosition = options.stopPosition;
    this.#redisNow = options.redisNow;
  }

  /**
   * Resolves when no viewer sees a position received until now, and none that is still under way will be seen. A device that
   * stays signed in shares again with its next report. The signal aborts the wait and never the change.
   */
  async stop(user: UserId, signal?: AbortSignal): Promise<void> {
    await this.#repositories.users.createIfNew(user);
    await this.#stopAt(user, Math.ceil(this.#redisNow()) + STAMP_MARGIN_MS, signal);
  }

  /** Repeats {@link stop} for a revoked token: as of its revocation, so that it does not end the sharing of a newer one. */
  async confirm(user: UserId, signal?: AbortSignal): Promise<void> {
    const revocation = await this.#repositories.revocations.revocationOf(user);
    if (revocation === null) return;
    const last = revocation.before + CLOSING_MARGIN_MS;
    await this.#stopAt(user, Math.min(Math.ceil(this.#redisNow()), last), signal);
  }

  async #stopAt(user: UserId, before: number, signal: AbortSignal | undefined): Promise<void> {
    const { transactions, sharing } = this.#repositories;
    await transactions.run(async (transaction) => {
      // With the rights: a gateway that stands still meanwhile would record the position again once Redis has lost its memory.
      await sharing.withholdBefore(transaction, user, before + 1);
      const version = await transaction.nextVersion();
      await transaction.appendEvents([{ kind: 'stopped', version, user, before }]);
    });
    // Together: a reader of the entry before its deletion knows the event, which forbids to show it.
    await Promise.all([this.#propagation.waitUntilAppliedEverywhere(signal), this.#stopPosition(user, before)]);
  }
}
