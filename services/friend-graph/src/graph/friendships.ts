/** Decides what becomes of a friendship: ended, forbidden, or narrowed in one direction. */
import { CodedError, type Grant, type UserId } from '@nearby-friends/protocol';
import { addBlock, countBlocks, removeBlock } from '../database/block-repository.ts';
import { changeGrant, removeFriendship } from '../database/edge-repository.ts';
import type { GraphTransactions } from '../database/graph-transaction.ts';
import { readPairState } from '../database/pair-state.ts';
import { hideRequestsFrom } from '../database/request-repository.ts';
import type { UserRepository } from '../database/user-repository.ts';
import type { Enforcement } from '../outbox/change-propagation.ts';
import { type DeviceNotices, noticesToBoth } from './device-notices.ts';
import { MAX_BLOCKS } from './limits.ts';

/**
 * What takes a right away resolves when that is in force everywhere (G5), also when nothing had to be changed: an
 * earlier call may have failed while it waited. The signal ends the waiting and never the change.
 */
export class Friendships {
  readonly #users: UserRepository;
  readonly #transactions: GraphTransactions;
  readonly #enforcement: Enforcement;
  readonly #notices: DeviceNotices;

  constructor(options: {
    users: UserRepository;
    transactions: GraphTransactions;
    enforcement: Enforcement;
    notices: DeviceNotices;
  }) {
    this.#users = options.users;
    this.#transactions = options.transactions;
    this.#enforcement = options.enforcement;
    this.#notices = options.notices;
  }

  /** Ends the friendship in both directions. Idempotent. */
  async unfriend(user: UserId, friend: UserId, signal?: AbortSignal): Promise<void> {
    await this.#users.createIfNew(user);
    const removed = await this.#transactions.run(async (transaction) => {
      await transaction.lockPair(user, friend);
      return await removeFriendship(transaction, user, friend);
    });
    if (removed) this.#notices.send(noticesToBoth('removed', user, friend));
    await this.#enforcement.waitUntilAppliedEverywhere(signal);
  }

  /**
   * Ends the friendship, and the user never sees a request of `other` again; to `other` it looks as if the user had
   * ended the friendship and let the request lie. Any id may be blocked. Idempotent. Rejects with `invalid_payload` for
   * oneself and beyond {@link MAX_BLOCKS}.
   */
  async block(user: UserId, other: UserId, signal?: AbortSignal): Promise<void> {
    if (user === other) throw new CodedError('invalid_payload', 'Nobody can block oneself. Name somebody else.');
    await this.#users.createIfNew(user);
    const removed = await this.#transactions.run(async (transaction) => {
      await transaction.lockPair(user, other);
      const { blocks } = await readPairState(transaction, user, other);
      if (!blocks) {
        if ((await countBlocks(transaction, user)) >= MAX_BLOCKS) {
          throw new CodedError('invalid_payload', `At most ${MAX_BLOCKS} can be blocked. Unblock somebody first.`);
        }
        await addBlock(transaction, user, other);
      }
      await hideRequestsFrom(transaction, user, other);
      return await removeFriendship(transaction, user, other);
    });
    if (removed) this.#notices.send(noticesToBoth('removed', user, other));
    await this.#enforcement.waitUntilAppliedEverywhere(signal);
  }

  /** Brings nothing back: the two may ask each other again. Idempotent. */
  async unblock(user: UserId, other: UserId): Promise<void> {
    await this.#users.createIfNew(user);
    await this.#transactions.run(async (transaction) => {
      await transaction.lockPair(user, other);
      await removeBlock(transaction, user, other);
    });
  }

  /** What `viewer` sees of `subject` from now on; answers it. Rejects with `not_found` when the two are no friends. */
  async setGrant(subject: UserId, viewer: UserId, grant: Grant, signal?: AbortSignal): Promise<Grant> {
    const found = await this.#transactions.run((transaction) => changeGrant(transaction, { viewer, subject }, grant));
    if (!found) throw new CodedError('not_found', 'There is no such viewer.');
    if (grant.precision === 'exact' && grant.until === null) this.#enforcement.soon();
    else await this.#enforcement.waitUntilAppliedEverywhere(signal);
    return grant;
  }
}
