/** Decides what signing out everywhere and leaving for good mean. */
import type { UserId } from '@nearby-friends/protocol';
import type { Clock } from '@nearby-friends/service-kit';
import { removeAllEdges } from '../database/edge-repository.ts';
import { eraseUser } from '../database/erase-user.ts';
import type { GraphTransactions } from '../database/graph-transaction.ts';
import { revokeTokens } from '../database/token-revocations.ts';
import type { Enforcement } from '../outbox/change-propagation.ts';
import type { DeviceNotices } from './device-notices.ts';

/** Port: deletes the last known position. Idempotent; rejects with `unavailable`. */
export type ForgetPosition = (user: UserId) => Promise<unknown>;

/** Both void the token they were asked with: whatever fails afterwards comes about by itself. */
export class Accounts {
  readonly #transactions: GraphTransactions;
  readonly #enforcement: Enforcement;
  readonly #notices: DeviceNotices;
  readonly #forgetPosition: ForgetPosition;
  readonly #clock: Clock;

  constructor(options: {
    transactions: GraphTransactions;
    enforcement: Enforcement;
    notices: DeviceNotices;
    forgetPosition: ForgetPosition;
    clock: Clock;
  }) {
    this.#transactions = options.transactions;
    this.#enforcement = options.enforcement;
    this.#notices = options.notices;
    this.#forgetPosition = options.forgetPosition;
    this.#clock = options.clock;
  }

  /** Voids every token issued until now. Resolves when no connection with such a token is served any more. */
  async signOutEverywhere(user: UserId, signal?: AbortSignal): Promise<void> {
    const before = this.#thisMillisecond();
    await this.#transactions.run(async (transaction) => {
      await revokeTokens(transaction, user, before);
      const version = await transaction.nextVersion();
      await transaction.tell([{ kind: 'signed-out', version, user, before }]);
    });
    await this.#enforcement.waitUntilAppliedEverywhere(signal);
  }

  /**
   * Deletes everything that is kept about the user, also on other people's lists, and voids every token issued until
   * now. Resolves when that is in force everywhere and the last position is deleted; if it rejects before, the position
   * ends with its TTL. What is left is a hash of the id until no such token can be valid, and the event in the stream
   * until it is trimmed. Idempotent, for an unknown user too.
   */
  async erase(user: UserId, signal?: AbortSignal): Promise<void> {
    const before = this.#thisMillisecond();
    const formerFriends = await this.#transactions.run(async (transaction) => {
      await transaction.sql.$queryRaw`SELECT FROM users WHERE id = ${user} FOR UPDATE`;
      const friends = await removeAllEdges(transaction, user);
      await eraseUser(transaction, user);
      await revokeTokens(transaction, user, before);
      // Last: it must be higher than the version of every edge that went.
      const version = await transaction.nextVersion();
      await transaction.tell([{ kind: 'erased', version, user, before }]);
      return friends;
    });
    this.#notices.send(
      formerFriends.map((friend) => ({ user: friend, friendsChanged: { kind: 'removed', userId: user } })),
    );
    await this.#enforcement.waitUntilAppliedEverywhere(signal);
    // After the last connection is closed: no position comes after this.
    await this.#forgetPosition(user);
  }

  /** A token of this very millisecond is older than the call: rounded up, so that it is void. */
  #thisMillisecond(): number {
    return Math.ceil(this.#clock.now());
  }
}
