/** Which friends each session watches: a watch on the board and a share of the friend's channel, always both. */
import { type Grant, isGranted, type PositionRecord, type UserId } from '@nearby-friends/protocol';
import type { Clock } from '@nearby-friends/service-kit';
import type { NearbyDelivery } from '../delivery/nearby-delivery.ts';
import type { EdgeRight, RightsLedger, VersionedSharing } from '../rights/rights-ledger.ts';
import type { Session, Subject } from '../viewer/session.ts';
import type { FriendBoard } from './friend-board.ts';
import type { FriendChannels } from './friend-channels.ts';
import type { FriendDirectory } from './friend-directory.ts';

/** When a position expires, the next one may be under way; the friend counts as inactive only after this. */
export const EXPIRY_GRACE_MS = 2_000;

/** Between two looks at the entry of a friend who is active and of whom nothing may be shown. */
export const WITHHELD_RECHECK_MS = 30_000;

/** A right as friend-graph stated it; `sharing` is null for a friend who has never paused. */
export interface StatedRight {
  readonly grant: Grant;
  readonly version: number;
  readonly sharing: VersionedSharing | null;
}

export class FriendLists {
  readonly #board: FriendBoard;
  readonly #channels: FriendChannels;
  readonly #delivery: NearbyDelivery;
  readonly #ledger: RightsLedger;
  readonly #redisNow: () => number;
  readonly #directory: Pick<FriendDirectory, 'entryOf'>;
  readonly #clock: Clock;

  constructor(options: {
    board: FriendBoard;
    channels: FriendChannels;
    delivery: NearbyDelivery;
    ledger: RightsLedger;
    redisNow: () => number;
    directory: Pick<FriendDirectory, 'entryOf'>;
    clock: Clock;
  }) {
    this.#board = options.board;
    this.#channels = options.channels;
    this.#delivery = options.delivery;
    this.#ledger = options.ledger;
    this.#redisNow = options.redisNow;
    this.#directory = options.directory;
    this.#clock = options.clock;
  }

  /**
   * Watches an active friend, or changes the right of a watched one. `stated` applies unless the ledger holds something
   * newer. Resolves once the friend's channel is subscribed and the entry has been read since.
   */
  async add(session: Session, friend: UserId, stated: StatedRight, known: PositionRecord | null): Promise<void> {
    // A faulty edge must not put users on their own list.
    if (session.isClosed || friend === session.user) return;
    const right = this.#ledger.settleEdge(session.user, friend, stated);
    const sharing = this.#ledger.settleSharing(friend, stated.sharing);
    if (session.watches.has(friend)) {
      this.#board.setSharing(friend, sharing);
      if (known) this.#board.apply(friend, known);
      this.setRight(session, friend, right);
      return;
    }
    const { grant, version } = right;
    if (grant === null || !isGranted(grant, this.#redisNow())) return;
    const watch = this.#board.watch(session, friend, { grant, version });
    this.#board.setSharing(friend, sharing);
    const current = this.#channels.acquire(friend);
    if (known) this.#board.apply(friend, known);
    this.#delivery.watchAdded(watch);
    await current;
  }

  /**
   * Changes what a session may see of a friend it watches; a right that shows nothing ends the watch. A version that is
   * not newer than the watch's changes nothing.
   */
  setRight(session: Session, friend: UserId, { grant, version }: EdgeRight): void {
    const watch = session.watches.get(friend);
    if (!watch || version <= watch.version) return;
    if (grant === null || !isGranted(grant, this.#redisNow())) this.remove(session, friend);
    else this.#board.setGrant(watch, { grant, version });
  }

  /** Stops watching a friend, who is removed from the client's list. */
  remove(session: Session, friend: UserId): void {
    const watch = session.watches.get(friend);
    if (!watch) return;
    this.#board.unwatch(watch);
    this.#channels.release(friend);
    this.#delivery.watchRemoved(watch);
  }

  /** Stops watching all friends of a session that has ended. */
  removeAll(session: Session): void {
    // From the end, where removing from a list is cheap.
    for (const friend of session.watches.friends().reverse()) this.remove(session, friend);
  }

  /**
   * A friend's position has expired, or its sharing has ended. The entry is read again before the subscription ends: while there
   * is one the friend is active and not announced again, even if that position must not be shown.
   */
  confirmExpiry(subject: Subject, afterMs = EXPIRY_GRACE_MS): void {
    this.#clock.after(afterMs, () => {
      if (subject.latest !== null || this.#board.get(subject.user) !== subject) return;
      this.#directory.entryOf(subject.user).then(
        (entry) => {
          if (entry) this.#board.apply(subject.user, entry);
          if (subject.latest !== null) return;
          if (entry && !this.#board.isExpired(entry)) return this.confirmExpiry(subject, WITHHELD_RECHECK_MS);
          for (const { session } of [...subject.watches]) this.remove(session, subject.user);
        },
        // No response proves nothing, so check again.
        () => this.confirmExpiry(subject),
      );
    });
  }
}
