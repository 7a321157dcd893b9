/** Which friends each session watches: a watch on the board and a share of the friend's channel, always both. */
import { type Grant, isGranted, type PositionRecord, type UserId } from '@nearby-friends/protocol';
import type { Clock } from '@nearby-friends/service-kit';
import type { NearbyDelivery } from '../delivery/nearby-delivery.ts';
import type { EdgeRight, RightsLedger, VersionedSharing } from '../rights/rights-ledger.ts';
import type { Session } from '../viewer/session.ts';
import type { Subject } from '../viewer/watch.ts';
import type { FriendBoard } from './friend-board.ts';
import type { FriendChannels } from './friend-channels.ts';

/** A position may still be on its way when its predecessor grows too old; only then is silence taken for real. */
export const SILENCE_GRACE_MS = 2_000;

/** What was said of a viewer and a friend; `sharing` is null for a friend who has never paused. */
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
  readonly #readEntry: (user: UserId) => Promise<PositionRecord | null>;
  readonly #clock: Clock;

  constructor(options: {
    board: FriendBoard;
    channels: FriendChannels;
    delivery: NearbyDelivery;
    ledger: RightsLedger;
    redisNow: () => number;
    readEntry: (user: UserId) => Promise<PositionRecord | null>;
    clock: Clock;
  }) {
    this.#board = options.board;
    this.#channels = options.channels;
    this.#delivery = options.delivery;
    this.#ledger = options.ledger;
    this.#redisNow = options.redisNow;
    this.#readEntry = options.readEntry;
    this.#clock = options.clock;
  }

  /**
   * Watches an active friend, or changes the right of one already watched. What is stated counts as far as nothing newer
   * is known. Resolves once the friend's channel is subscribed and the entry has been read since.
   */
  async add(session: Session, friend: UserId, stated: StatedRight, known: PositionRecord | null): Promise<void> {
    // Oneself is no friend: a faulty edge must not show people themselves.
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
    this.#delivery.watched(watch);
    await current;
  }

  /**
   * Changes what a session may see of a friend whom it watches; a right that shows nothing ends the watch. Older than
   * what the watch goes by changes nothing.
   */
  setRight(session: Session, friend: UserId, { grant, version }: EdgeRight): void {
    const watch = session.watches.get(friend);
    if (!watch || version <= watch.version) return;
    if (grant === null || !isGranted(grant, this.#redisNow())) this.remove(session, friend);
    else this.#board.setGrant(watch, { grant, version });
  }

  /** Stops watching one friend; the client is told, if its list holds the friend. */
  remove(session: Session, friend: UserId): void {
    const watch = session.watches.get(friend);
    if (!watch) return;
    this.#board.unwatch(watch);
    this.#channels.release(friend);
    this.#delivery.unwatched(watch);
  }

  /** Stops watching everybody, for a session that has ended. */
  removeAll(session: Session): void {
    // From the end, which is where a list is shortened at no cost.
    for (const friend of session.watches.friends().reverse()) this.remove(session, friend);
  }

  /**
   * A friend has fallen silent. Before giving up the subscription the entry is read once more: should a message have
   * been lost, the friend is still active and would not be announced again.
   */
  confirmSilence(subject: Subject): void {
    this.#clock.after(SILENCE_GRACE_MS, () => {
      if (subject.latest !== null || this.#board.get(subject.user) !== subject) return;
      this.#readEntry(subject.user).then(
        (entry) => {
          if (entry) this.#board.apply(subject.user, entry);
          if (subject.latest !== null) return;
          for (const { session } of [...subject.watches]) this.remove(session, subject.user);
        },
        // Nobody answered: not a proof of silence, so ask again.
        () => this.confirmSilence(subject),
      );
    });
  }
}
