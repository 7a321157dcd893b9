/** Decides how people become friends: one asks, the other accepts. */
import { CodedError, type UserId } from '@nearby-friends/protocol';
import { addFriendship, countFriends } from '../database/edge-repository.ts';
import type { GraphTransaction, GraphTransactions } from '../database/graph-transaction.ts';
import { type PairState, readPairState } from '../database/pair-state.ts';
import {
  addRequest,
  removeRequestsBetween,
  removeRequestsKnownTo,
  showRequest,
} from '../database/request-repository.ts';
import type { UserRepository } from '../database/user-repository.ts';
import type { Enforcement } from '../outbox/change-propagation.ts';
import { type DeviceNotices, noticesToBoth } from './device-notices.ts';
import { MAX_FRIENDS, MAX_OPEN_REQUESTS } from './limits.ts';

type AskOutcome = 'no change' | 'requested' | 'requested in vain' | 'accepted';

export class FriendRequests {
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

  /**
   * `from` asks `to`, or accepts when `to` has asked already. Idempotent. To a stranger, to somebody who blocks `from`
   * and to an id that nobody has, the same happens as far as `from` can tell: the request is kept, and listed. Rejects
   * with `invalid_payload` for a request to oneself, `request_limit`, or, where it would accept, `friend_limit`.
   */
  async request(from: UserId, to: UserId): Promise<void> {
    if (from === to) throw new CodedError('invalid_payload', 'Nobody is a friend of oneself. Name somebody else.');
    await this.#users.createIfNew(from);
    const outcome = await this.#transactions.run(async (transaction) => {
      await transaction.lockPair(from, to);
      return await ask(transaction, from, to);
    });
    if (outcome === 'accepted') this.#tellAccepted(from, to);
    if (outcome === 'requested') {
      this.#notices.send([{ user: to, friendsChanged: { kind: 'requested', userId: from } }]);
    }
  }

  /**
   * Makes the two friends, both exact, if `from` has asked. Idempotent. Rejects with `not_found` when there is no such
   * request that the user may see, and `friend_limit` when either has as many friends as one can have (G3).
   */
  async accept(user: UserId, from: UserId): Promise<void> {
    await this.#users.createIfNew(user);
    const accepted = await this.#transactions.run(async (transaction) => {
      await transaction.lockPair(user, from);
      const state = await readPairState(transaction, user, from);
      if (state.friends) return false;
      if (!mayBecomeFriends(state)) throw new CodedError('not_found', 'There is no such request.');
      await makeFriends(transaction, user, from);
      return true;
    });
    if (accepted) this.#tellAccepted(user, from);
    else this.#enforcement.soon();
  }

  /** Removes the request between the two, whoever made it, as far as the user knows of it. Idempotent. */
  async declineOrWithdraw(user: UserId, other: UserId): Promise<void> {
    await this.#users.createIfNew(user);
    await this.#transactions.run(async (transaction) => {
      // So that a request is accepted or withdrawn, and never both.
      await transaction.lockPair(user, other);
      await removeRequestsKnownTo(transaction, user, other);
    });
  }

  #tellAccepted(one: UserId, other: UserId): void {
    this.#enforcement.soon();
    this.#notices.send(noticesToBoth('accepted', one, other));
  }
}

/** The statements before the request is written are the same whoever `to` is. */
async function ask(transaction: GraphTransaction, from: UserId, to: UserId): Promise<AskOutcome> {
  const state = await readPairState(transaction, from, to);
  // Whoever wants to be friends with somebody they block unblocks first; saying so here is not worth a code.
  if (state.friends || state.blocks) return 'no change';
  // A request that was kept back while `from` blocked its author counts as well, now that both have asked: the author
  // could tell by anything else.
  if (state.incoming !== 'none' && !state.isBlocked) {
    await makeFriends(transaction, from, to);
    return 'accepted';
  }
  if (state.outgoing === 'suppressed' && !state.isBlocked) {
    // Asked again, and not blocked any more. Its time stays, or its author could tell that it was kept back.
    await showRequest(transaction, from, to);
    return 'requested';
  }
  if (state.outgoing !== 'none') return 'no change';
  if (state.outgoingCount >= MAX_OPEN_REQUESTS) {
    throw new CodedError('request_limit', `At most ${MAX_OPEN_REQUESTS} requests can be open. Withdraw one first.`);
  }
  await addRequest(transaction, { from, to, suppressed: state.isBlocked });
  return state.isBlocked ? 'requested in vain' : 'requested';
}

function mayBecomeFriends({ incoming, blocks, isBlocked }: PairState): boolean {
  return incoming === 'open' && !blocks && !isBlocked;
}

async function makeFriends(transaction: GraphTransaction, one: UserId, other: UserId): Promise<void> {
  const counts = await countFriends(transaction, [one, other]);
  if (counts.some((count) => count >= MAX_FRIENDS)) {
    throw new CodedError('friend_limit', `One of you has ${MAX_FRIENDS} friends already. Nobody can have more.`);
  }
  await addFriendship(transaction, one, other);
  await removeRequestsBetween(transaction, one, other);
}
