/** Decides how users become friends: one sends a request, the other accepts it. */
import { randomUUID } from 'node:crypto';
import { CodedError, type Grant, parseUserId, type UserId } from '@nearby-friends/protocol';
import type { Repositories } from '../database/create-repositories.ts';
import type { GraphTransaction } from '../database/graph-transaction.ts';
import { type PairState, readPairState } from '../database/read-pair-state.ts';
import type { RequestLists } from '../database/request-repository.ts';
import type { ChangePropagation } from '../outbox/change-propagation.ts';
import { type DeviceNotices, noticesToBoth } from './device-notices.ts';
import { MAX_FRIENDS, MAX_LISTED_REQUESTS, MAX_OPEN_REQUESTS } from './limits.ts';
import { isNarrower, narrowerOf } from './narrower-grant.ts';

type RequestOutcome = 'unchanged' | 'requested' | 'suppressed' | 'accepted' | 'restricted';

const EXACT: Grant = { precision: 'exact', until: null };

export class FriendRequests {
  readonly #repositories: Pick<Repositories, 'transactions' | 'users' | 'edges' | 'requests' | 'alertNotices'>;
  readonly #propagation: ChangePropagation;
  readonly #notices: DeviceNotices;

  constructor(options: {
    repositories: Pick<Repositories, 'transactions' | 'users' | 'edges' | 'requests' | 'alertNotices'>;
    propagation: ChangePropagation;
    notices: DeviceNotices;
  }) {
    this.#repositories = options.repositories;
    this.#propagation = options.propagation;
    this.#notices = options.notices;
  }

  /** The newest requests of and to the user, see {@link MAX_LISTED_REQUESTS}. */
  async requestsOf(user: UserId): Promise<RequestLists> {
    return await this.#repositories.requests.listsOf(user, MAX_LISTED_REQUESTS);
  }

  /**
   * Sends a request from `from` to `to`, or accepts if `to` has already sent one. Idempotent. `from` cannot distinguish
   * a stranger, a user who blocks `from` and an unknown id: the request is stored and listed in each case. `choice` is
   * what `from` grants `to` from the moment of the friendship on; absent, that of an open request stays, and a new one is
   * exact without end. Between friends a choice restricts and never widens: a repeated call must not undo a later
   * restriction. Rejects with `invalid_payload` for a request to oneself, `request_limit`, or, where it would accept,
   * `friend_limit`.
   */
  async request(from: UserId, to: UserId, choice?: Grant, signal?: AbortSignal): Promise<void> {
    if (from === to) throw new CodedError('invalid_payload', 'to must be another user.');
    const { transactions, users } = this.#repositories;
    await users.createIfNew(from);
    const outcome = await transactions.run(async (transaction) => {
      await transaction.lockPair(from, to);
      return await this.#request(transaction, from, to, choice);
    });
    if (outcome === 'restricted') await this.#applyRestriction(from, signal);
    if (outcome === 'accepted') this.#notifyAccepted(from, to);
    if (outcome === 'requested' || outcome === 'suppressed') {
      // To an empty room when it is suppressed: the requests that follow must not be faster than after a notice.
      const user = outcome === 'requested' ? to : parseUserId(randomUUID());
      this.#notices.send([{ user, friendsChanged: { kind: 'requested', userId: from } }]);
    }
  }

  /**
   * Makes the two friends if `from` has sent a request, each with what it grants; `choice` as for {@link request}.
   * Idempotent. Rejects with `not_found` if the user has no such visible request, and `friend_limit` if either has the
   * maximum number of friends (G3).
   */
  async accept(user: UserId, from: UserId, choice?: Grant, signal?: AbortSignal): Promise<void> {
    const { transactions, users } = this.#repositories;
    await users.createIfNew(user);
    const outcome = await transactions.run(async (transaction) => {
      await transaction.lockPair(user, from);
      const state = await readPairState(transaction, user, from);
      if (state.friends) return await this.#restrict(transaction, user, from, state, choice);
      // Without its sender, who has been erased meanwhile, the request is gone as well.
      if (canAccept(state) && (await this.#makeFriends(transaction, user, from, state, choice))) return 'accepted';
      throw new CodedError('not_found', 'There is no such request.');
    });
    if (outcome === 'accepted') this.#notifyAccepted(user, from);
    else if (outcome === 'restricted') await this.#applyRestriction(user, signal);
    else this.#propagation.trigger();
  }

  /** Removes the requests between the two that are visible to the user. Idempotent. */
  async declineOrWithdraw(user: UserId, other: UserId): Promise<void> {
    const { transactions, users, requests } = this.#repositories;
    await users.createIfNew(user);
    await transactions.run(async (transaction) => {
      // The lock ensures that a request is either accepted or withdrawn.
      await transaction.lockPair(user, other);
      await requests.removeVisibleTo(transaction, user, other);
    });
  }

  async #applyRestriction(user: UserId, signal: AbortSignal | undefined): Promise<void> {
    this.#notices.send([{ user, changed: 'viewers' }]);
    await this.#propagation.waitUntilAppliedEverywhere(signal);
  }

  #notifyAccepted(one: UserId, other: UserId): void {
    this.#propagation.trigger();
    this.#notices.send(noticesToBoth('accepted', one, other));
  }

  /** The statements before the request is stored are the same for every `to`. */
  async #request(
    transaction: GraphTransaction,
    from: UserId,
    to: UserId,
    choice: Grant | undefined,
  ): Promise<RequestOutcome> {
    const { requests, alertNotices } = this.#repositories;
    const state = await readPairState(transaction, from, to);
    if (state.friends) return await this.#restrict(transaction, from, to, state, choice);
    // A user who wants to befriend a blocked one must unblock first; an error code for that is not worth it.
    if (state.blocks) return 'unchanged';
    // A request suppressed while `from` blocked its sender counts too, now that both have sent one: its sender could
    // detect any other outcome.
    if (state.incoming && !state.isBlocked) {
      if (await this.#makeFriends(transaction, from, to, state, choice)) return 'accepted';
      // `to` has been erased meanwhile, and its request with it.
      return await this.#request(transaction, from, to, choice);
    }
    if (state.outgoing && choice) await requests.changeChoice(transaction, from, to, choice);
    if (state.outgoing?.isSuppressed && !state.isBlocked) {
      // Sent again after unblocking. Its time stays, or its sender could detect that it was suppressed.
      await requests.unsuppress(transaction, from, to);
      await alertNotices.add(transaction, { kind: 'requested', recipient: to, about: from });
      return 'requested';
    }
    if (state.outgoing) return 'unchanged';
    if ((await requests.count(transaction, from)) >= MAX_OPEN_REQUESTS) {
      const message = `At most ${MAX_OPEN_REQUESTS} requests can be open. Withdraw one first.`;
      throw new CodedError('request_limit', message);
    }
    await requests.add(transaction, { from, to, suppressed: state.isBlocked, choice: choice ?? EXACT });
    await alertNotices.add(transaction, { kind: 'requested', recipient: to, about: from });
    return state.isBlocked ? 'suppressed' : 'requested';
  }

  /** Between friends: applies the choice as far as it is narrower than the grant in force. */
  async #restrict(
    transaction: GraphTransaction,
    user: UserId,
    friend: UserId,
    { granted }: PairState,
    choice: Grant | undefined,
  ): Promise<'restricted' | 'unchanged'> {
    if (!choice || !granted || !isNarrower(choice, granted)) return 'unchanged';
    const grant = narrowerOf(choice, granted);
    await this.#repositories.edges.changeGrant(transaction, { viewer: friend, subject: user }, grant);
    return 'restricted';
  }

  /** Of two users of whom `other` has sent a request; returns false if `other` does not exist any more. */
  async #makeFriends(
    transaction: GraphTransaction,
    user: UserId,
    other: UserId,
    state: PairState,
    choice: Grant | undefined,
  ): Promise<boolean> {
    const { edges, requests, alertNotices } = this.#repositories;
    if (!(await transaction.lockUser(other))) return false;
    const counts = await edges.countFriends(transaction, [user, other]);
    if (Math.max(...counts.values()) >= MAX_FRIENDS) {
      throw new CodedError('friend_limit', `One of you already has ${MAX_FRIENDS} friends, the maximum.`);
    }
    await edges.addFriendship(
      transaction,
      { viewer: other, subject: user, grant: choice ?? state.outgoing?.choice ?? EXACT },
      { viewer: user, subject: other, grant: state.incoming?.choice ?? EXACT },
    );
    // An import may have left one direction, which stays as it is unless the user now grants less.
    await this.#restrict(transaction, user, other, state, choice);
    await requests.removeBetween(transaction, user, other);
    await alertNotices.add(transaction, { kind: 'accepted', recipient: other, about: user });
    return true;
  }
}

function canAccept({ incoming, blocks, isBlocked }: PairState): boolean {
  return incoming !== null && !incoming.isSuppressed && !blocks && !isBlocked;
}
