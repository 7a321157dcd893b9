/** Which friends each session watches: a watch on the board and a share of the friend's channel, always both. */
import type { Grant, PositionRecord, UserId } from '@nearby-friends/protocol';
import type { Clock } from '@nearby-friends/service-kit';
import type { NearbyDelivery } from './deliver-nearby.ts';
import type { FriendBoard, Subject, Watch } from './friend-board.ts';
import type { FriendChannels } from './friend-channels.ts';
import type { Session } from './session.ts';

/** A position may still be on its way when its predecessor grows too old; only then is silence taken for real. */
export const SILENCE_GRACE_MS = 2_000;

export class FriendLists {
  readonly #board: FriendBoard;
  readonly #channels: FriendChannels;
  readonly #delivery: NearbyDelivery;
  readonly #readEntry: (user: UserId) => Promise<PositionRecord | null>;
  readonly #clock: Clock;

  constructor(options: {
    board: FriendBoard;
    channels: FriendChannels;
    delivery: NearbyDelivery;
    readEntry: (user: UserId) => Promise<PositionRecord | null>;
    clock: Clock;
  }) {
    this.#board = options.board;
    this.#channels = options.channels;
    this.#delivery = options.delivery;
    this.#readEntry = options.readEntry;
    this.#clock = options.clock;
  }

  /**
   * Watches an active friend, or changes the grant of one already watched. Resolves once the friend's channel is
   * subscribed and the entry has been read since.
   */
  async add(session: Session, friend: UserId, grant: Grant, known: PositionRecord | null): Promise<void> {
    // Oneself is no friend: a faulty edge must not show people themselves.
    if (session.isClosed || friend === session.user) return;
    const watched = session.watches.get(friend);
    if (watched) {
      if (known) this.#board.apply(friend, known);
      this.#changeGrant(watched, grant);
      return;
    }
    const watch = this.#board.watch(session, friend, grant);
    const current = this.#channels.acquire(friend);
    if (known) this.#board.apply(friend, known);
    this.#delivery.watched(watch);
    await current;
  }

  /** After a loss most grants are read as they were: a client is told only what changed. */
  #changeGrant(watch: Watch, grant: Grant): void {
    if (watch.grant.precision === grant.precision && watch.grant.until === grant.until) return;
    watch.grant = grant;
    this.#delivery.consider(watch);
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
    for (const friend of [...session.watches.keys()]) this.remove(session, friend);
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
