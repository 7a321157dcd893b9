/** Decides how a user signs out everywhere and how an account is erased. */
import type { UserId } from '@nearby-friends/protocol';
import { type Clock, unauthorized } from '@nearby-friends/service-kit';
import { accountErased } from '../database/account-erased.ts';
import type { Repositories } from '../database/create-repositories.ts';
import type { ChangePropagation } from '../outbox/change-propagation.ts';
import type { DeviceNotices } from './device-notices.ts';

/** Port: deletes the last known position. Idempotent; rejects with `unavailable`. */
export type ForgetPosition = (user: UserId) => Promise<unknown>;

/** Who asks for the change, and when the token of the call was issued, ms since the epoch (null: it does not say). */
export interface TokenHolder {
  readonly user: UserId;
  readonly issuedAt: number | null;
}

/** Both changes revoke the token of the call itself: after a failure the call is repeated with the revoked token. */
export class Accounts {
  readonly #repositories: Pick<
    Repositories,
    'transactions' | 'users' | 'edges' | 'devices' | 'invites' | 'pushSubscriptions' | 'revocations'
  >;
  readonly #propagation: ChangePropagation;
  readonly #notices: DeviceNotices;
  readonly #forgetPosition: ForgetPosition;
  readonly #clock: Clock;

  constructor(options: {
    repositories: Pick<
      Repositories,
      'transactions' | 'users' | 'edges' | 'devices' | 'invites' | 'pushSubscriptions' | 'revocations'
    >;
    propagation: ChangePropagation;
    notices: DeviceNotices;
    forgetPosition: ForgetPosition;
    clock: Clock;
  }) {
    this.#repositories = options.repositories;
    this.#propagation = options.propagation;
    this.#notices = options.notices;
    this.#forgetPosition = options.forgetPosition;
    this.#clock = options.clock;
  }

  /**
   * Revokes every token issued until now and deletes the registered devices and push subscriptions. Resolves when no connection with such a token is
   * served.
   */
  async signOutEverywhere({ user, issuedAt }: TokenHolder, signal?: AbortSignal): Promise<void> {
    const { transactions, devices, invites, pushSubscriptions, revocations } = this.#repositories;
    const before = this.#revokedUntil(issuedAt);
    await transactions.run(async (transaction) => {
      await transaction.lockDevices(user);
      // In the order of an erasure, so that the two do not wait for each other.
      await devices.removeAllOf(transaction, user);
      await invites.removeAllOf(transaction, user);
      await pushSubscriptions.removeAllOf(transaction, user);
      await revocations.revoke(transaction, user, before);
      const version = await transaction.nextVersion();
      await transaction.appendEvents([{ kind: 'signed-out', version, user, before }]);
    });
    await this.#propagation.waitUntilAppliedEverywhere(signal);
  }

  /** Repeats only the wait of {@link signOutEverywhere}: a revoked token must not revoke newer ones. */
  async confirmSignOut(signal?: AbortSignal): Promise<void> {
    await this.#propagation.waitUntilAppliedEverywhere(signal);
  }

  /**
   * Deletes everything stored about the user, including entries on other users' lists, and revokes every token issued
   * until now; neither a call nor a position that was received before brings anything back. Resolves when all gateways have
   * applied that and the last position is deleted; if it rejects before, the position expires with its TTL. What remains is a hash of the id until no such token can be valid, and the event in
   * the stream until it is trimmed. Idempotent, also for an unknown user.
   */
  async erase({ user, issuedAt }: TokenHolder, signal?: AbortSignal): Promise<void> {
    const { transactions, users, edges, revocations } = this.#repositories;
    const before = this.#revokedUntil(issuedAt);
    const formerFriends = await transactions.run(async (transaction) => {
      await transaction.lockForErasure(user);
      const friends = await edges.removeAllOf(transaction, user);
      await users.erase(transaction, user);
      await revocations.revokeErased(transaction, user, before);
      // Last: it must be higher than the version of every removed edge.
      const version = await transaction.nextVersion();
      await transaction.appendEvents([{ kind: 'erased', version, user, before }]);
      return friends;
    });
    this.#notices.send(
      formerFriends.map((friend) => ({ user: friend, friendsChanged: { kind: 'removed', userId: user } })),
    );
    await this.#finishErasure(user, signal);
  }

  /**
   * Repeats only the wait of {@link erase}. Rejects with `unauthorized` if the user exists, with `account_erased` if that
   * user came back: a revoked token must not erase an account.
   */
  async confirmErasure(user: UserId, signal?: AbortSignal): Promise<void> {
    if (await this.#repositories.users.exists(user)) {
      const revocation = await this.#repositories.revocations.revocationOf(user);
      throw revocation?.erasedBefore ? accountErased() : unauthorized();
    }
    await this.#finishErasure(user, signal);
  }

  async #finishErasure(user: UserId, signal: AbortSignal | undefined): Promise<void> {
    await this.#propagation.waitUntilAppliedEverywhere(signal);
    // After the last connection is closed: what is still on its way to the cache is refused there by its time.
    await this.#forgetPosition(user);
  }

  /**
   * Rounds up, so that a token issued in this very millisecond is revoked too. The token of the call may be issued later than
   * now, because its issuer's clock is ahead: it and all that were issued before it are revoked as well.
   */
  #revokedUntil(issuedAt: number | null): number {
    return Math.max(Math.ceil(this.#clock.now()), issuedAt ?? 0);
  }
}
