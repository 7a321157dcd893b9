/** Decides how a friendship ends, is blocked, or is restricted in one direction. */
import { CodedError, type Grant, type UserId } from '@nearby-friends/protocol';
import type { Repositories } from '../database/create-repositories.ts';
import { readPairState } from '../database/read-pair-state.ts';
import type { ChangePropagation } from '../outbox/change-propagation.ts';
import { type DeviceNotices, noticesToBoth } from './device-notices.ts';
import { MAX_BLOCKS } from './limits.ts';

type Sources = Pick<Repositories, 'transactions' | 'users' | 'edges' | 'requests' | 'blocks' | 'withholdings'>;

/**
 * A revocation resolves when all gateways have applied it (G5), even if nothing had to be changed: an earlier call may
 * have failed during its wait. The signal aborts the wait and never the change.
 */
export class Friendships {
  readonly #repositories: Sources;
  readonly #propagation: ChangePropagation;
  readonly #notices: DeviceNotices;

  constructor(options: {
    repositories: Sources;
    propagation: ChangePropagation;
    notices: DeviceNotices;
  }) {
    this.#repositories = options.repositories;
    this.#propagation = options.propagation;
    this.#notices = options.notices;
  }

  /** Ends the friendship in both directions. Idempotent. */
  async unfriend(user: UserId, friend: UserId, signal?: AbortSignal): Promise<void> {
    const { transactions, users, edges } = this.#repositories;
    await users.createIfNew(user);
    const removed = await transactions.run(async (transaction) => {
      await transaction.lockPair(user, friend);
      return await edges.removeFriendship(transaction, user, friend);
    });
    if (removed) this.#notices.send(noticesToBoth('removed', user, friend));
    await this.#propagation.waitUntilAppliedEverywhere(signal);
  }

  /**
   * Ends the friendship, and the user never sees a request of `other` again; to `other` it looks as if the user had
   * ended the friendship and ignored the request. Any id can be blocked. Idempotent. Rejects with `invalid_payload` for
   * oneself and beyond {@link MAX_BLOCKS}.
   */
  async block(user: UserId, other: UserId, signal?: AbortSignal): Promise<void> {
    if (user === other) throw new CodedError('invalid_payload', 'userId must be another user.');
    const { transactions, users, edges, requests, blocks } = this.#repositories;
    await users.createIfNew(user);
    const removed = await transactions.run(async (transaction) => {
      await transaction.lockPair(user, other);
      const state = await readPairState(transaction, user, other);
      if (!state.blocks) {
        if ((await blocks.count(transaction, user)) >= MAX_BLOCKS) {
          throw new CodedError('invalid_payload', `At most ${MAX_BLOCKS} users can be blocked. Unblock one first.`);
        }
        await blocks.add(transaction, user, other);
      }
      await requests.hideFrom(transaction, user, other);
      return await edges.removeFriendship(transaction, user, other);
    });
    if (removed) this.#notices.send(noticesToBoth('removed', user, other));
    await this.#propagation.waitUntilAppliedEverywhere(signal);
  }

  /**
   * Restores nothing: the two may send each other requests again. What the user reported until now stays withheld from
   * `other`, also if they become friends (G7). Idempotent.
   */
  async unblock(user: UserId, other: UserId): Promise<void> {
    const { transactions, users, blocks, withholdings } = this.#repositories;
    await users.createIfNew(user);
    await transactions.run(async (transaction) => {
      await transaction.lockPair(user, other);
      const isRemoved = await blocks.remove(transaction, user, other);
      if (isRemoved) await withholdings.record(transaction, { viewer: other, subject: user }, null);
    });
    await this.#propagation.waitUntilNextReportCounts();
  }

  /**
   * Sets and returns what `viewer` may see of `subject`: never what was reported until now and withheld, and from the
   * subject's next report on what is granted (G7). Rejects with `not_found` if the two are not friends.
   */
  async setGrant(subject: UserId, viewer: UserId, grant: Grant, signal?: AbortSignal): Promise<Grant> {
    const { transactions, edges } = this.#repositories;
    const change = await transactions.run((transaction) => edges.changeGrant(transaction, { viewer, subject }, grant));
    if (change === 'missing') {
      await this.#propagation.waitUntilAppliedEverywhere(signal);
      throw new CodedError('not_found', 'There is no such viewer.');
    }
    this.#notices.send([{ user: subject, changed: 'viewers' }]);
    if (grant.precision === 'exact' && grant.until === null) this.#propagation.trigger();
    else await this.#propagation.waitUntilAppliedEverywhere(signal);
    if (change === 'perhaps widened' && grant.precision !== 'hidden') {
      await this.#propagation.waitUntilNextReportCounts();
    }
    return grant;
  }
}
