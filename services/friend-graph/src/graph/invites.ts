/** Decides how users invite others by a code, and how the holder of one becomes a friend. */
import { createHash, randomBytes } from 'node:crypto';
import { CodedError, type Grant, type UserId } from '@nearby-friends/protocol';
import type { Repositories } from '../database/create-repositories.ts';
import type { GraphTransaction } from '../database/graph-transaction.ts';
import type { Invite, OwnedInvite } from '../database/invite-repository.ts';
import { type PairState, readPairState } from '../database/read-pair-state.ts';
import type { ChangePropagation } from '../outbox/change-propagation.ts';
import type { TokenHolder } from './accounts.ts';
import { requireAdmitted } from './admission.ts';
import { type DeviceNotices, noticesToBoth } from './device-notices.ts';
import { MAX_FRIENDS, MAX_OPEN_INVITES } from './limits.ts';
import { narrowerOf } from './narrower-grant.ts';

/** What the caller is to the inviter. */
export type Relation = 'none' | 'friend' | 'self' | 'blocked';

export interface InvitePreview {
  readonly inviter: { readonly id: UserId; readonly displayName: string };
  /** What the caller would see of the inviter. */
  readonly grant: Grant;
  readonly relation: Relation;
}

const ID_BYTES = 12;
/** 144 random bits: nobody finds a code by trying. */
const CODE_BYTES = 18;

type Sources = Pick<
  Repositories,
  'transactions' | 'users' | 'edges' | 'requests' | 'invites' | 'revocations' | 'alertNotices'
>;

export class Invites {
  readonly #repositories: Sources;
  readonly #propagation: ChangePropagation;
  readonly #notices: DeviceNotices;

  constructor(options: { repositories: Sources; propagation: ChangePropagation; notices: DeviceNotices }) {
    this.#repositories = options.repositories;
    this.#propagation = options.propagation;
    this.#notices = options.notices;
  }

  /** Not idempotent. Rejects with `invite_limit`, and as the registration of a device does for a revoked token. */
  async create(
    { user, issuedAt }: TokenHolder,
    invite: { isReusable: boolean; grant: Grant; lifetimeSeconds: number },
  ): Promise<Invite & { readonly code: string }> {
    const { transactions, users, invites, revocations } = this.#repositories;
    const id = randomBytes(ID_BYTES).toString('base64url');
    const code = randomBytes(CODE_BYTES).toString('base64url');
    await users.createIfNew(user);
    const times = await transactions.run(async (transaction) => {
      // A sign-out everywhere deletes invites under the same lock, and none may be created behind it.
      await transaction.lockDevices(user);
      const exists = await transaction.lockUser(user);
      requireAdmitted(await revocations.revocationOf(user, transaction), issuedAt, exists);
      if ((await invites.countOpen(transaction, user)) >= MAX_OPEN_INVITES) {
        throw new CodedError('invite_limit', `At most ${MAX_OPEN_INVITES} invites can be open. Revoke one first.`);
      }
      return await invites.add(transaction, { ...invite, id, user, codeHash: hashOf(code) });
    });
    return { id, code, timesUsed: 0, isReusable: invite.isReusable, grant: invite.grant, ...times };
  }

  /** The open ones, the newest first. */
  async invitesOf(user: UserId): Promise<Invite[]> {
    return await this.#repositories.invites.openInvitesOf(user);
  }

  /** Idempotent, also for an unknown id. Friendships that came of it stay. */
  async revoke(user: UserId, id: string): Promise<void> {
    await this.#repositories.invites.remove(user, id);
  }

  /** Rejects with `invite_unusable` for every code that cannot be accepted, whatever the cause. */
  async preview(user: UserId, code: string): Promise<InvitePreview> {
    const { users, transactions } = this.#repositories;
    const invite = await this.#find(code);
    if (invite.user === user) {
      const { id, displayName } = await users.readOrCreate(user);
      return { inviter: { id, displayName }, grant: invite.grant, relation: 'self' };
    }
    await users.createIfNew(user);
    const state = await transactions.run((transaction) => readPairState(transaction, user, invite.user));
    if (state.isBlocked || (isUsedUp(invite) && !state.friends)) throw unusable();
    const profile = await users.find(invite.user);
    if (profile === null) throw unusable();
    const relation = state.friends ? 'friend' : state.blocks ? 'blocked' : 'none';
    return { inviter: { id: profile.id, displayName: profile.displayName }, grant: invite.grant, relation };
  }

  /**
   * Makes the caller and the inviter friends: the invite is the consent of one, and the call that of the other. `choice` is
   * what the caller grants. Resolves with the inviter's id. Idempotent: between friends it changes nothing and uses nothing.
   * Rejects with `invite_unusable`, `friend_limit`, or `invalid_payload` for the caller's own and where the caller blocks the
   * inviter.
   */
  async accept(user: UserId, code: string, choice: Grant): Promise<UserId> {
    const { transactions, users } = this.#repositories;
    const invite = await this.#find(code);
    const inviter = invite.user;
    if (inviter === user) throw new CodedError('invalid_payload', 'This invite is your own. Send it to a friend.');
    await users.createIfNew(user);
    const isNew = await transactions.run(async (transaction) => {
      await transaction.lockPair(user, inviter);
      if (!(await transaction.lockUser(inviter))) throw unusable();
      const state = await readPairState(transaction, user, inviter);
      if (state.friends) return false;
      await this.#befriend(transaction, { user, invite, state, choice });
      return true;
    });
    if (!isNew) return inviter;
    this.#propagation.trigger();
    this.#notices.send(noticesToBoth('accepted', user, inviter));
    return inviter;
  }

  async #befriend(
    transaction: GraphTransaction,
    { user, invite, state, choice }: { user: UserId; invite: OwnedInvite; state: PairState; choice: Grant },
  ): Promise<void> {
    const { edges, requests, invites, alertNotices } = this.#repositories;
    const inviter = invite.user;
    if (state.isBlocked) throw unusable();
    if (state.blocks) throw new CodedError('invalid_payload', 'You block this person. Unblock that person first.');
    if (!(await invites.use(transaction, invite.id))) throw unusable();
    const counts = await edges.countFriends(transaction, [user, inviter]);
    if (Math.max(...counts.values()) >= MAX_FRIENDS) {
      throw new CodedError('friend_limit', `One of you already has ${MAX_FRIENDS} friends, the maximum.`);
    }
    // An open request of the inviter may grant less than the invite: then that counts.
    const asked = state.incoming?.choice;
    await edges.addFriendship(
      transaction,
      { viewer: inviter, subject: user, grant: choice },
      { viewer: user, subject: inviter, grant: asked ? narrowerOf(asked, invite.grant) : invite.grant },
    );
    await requests.removeBetween(transaction, user, inviter);
    await alertNotices.add(transaction, { kind: 'accepted', recipient: inviter, about: user });
  }

  async #find(code: string): Promise<OwnedInvite> {
    const invite = await this.#repositories.invites.find(hashOf(code));
    if (invite === null) throw unusable();
    return invite;
  }
}

function isUsedUp({ isReusable, timesUsed }: Invite): boolean {
  return !isReusable && timesUsed > 0;
}

function unusable(): CodedError {
  return new CodedError('invite_unusable', 'This invite cannot be used, or no longer. Ask for a new one.');
}

function hashOf(code: string): Buffer<ArrayBuffer> {
  return createHash('sha256').update(code).digest() as Buffer<ArrayBuffer>;
}
