/** One Redis subscription per friend who is watched here, however many viewers watch (S3). */
import type { ChannelHandler } from '@nearby-friends/bus';
import { locationKey, type UserId } from '@nearby-friends/protocol';
import type { CancelTimer, Clock } from '@nearby-friends/service-kit';

/** The last viewer's leaving is often followed by the same viewer's return: a reconnect, a changed network. */
export const LEAVE_GRACE_MS = 1_000;

interface FriendChannel {
  viewers: number;
  /** Resolves once subscribed and the friend's entry has been read since. */
  current: Promise<void>;
  cancelLeave: CancelTimer | null;
}

/** One for all channels: there are as many as friends who are watched here. */
const CURRENT = Promise.resolve();

/** The part of the bus that is needed here. */
export interface Subscriber {
  subscribe(channel: string, handler: ChannelHandler): Promise<void>;
  unsubscribe(channel: string): void;
}

/**
 * none → subscribing → current → (last viewer leaves, a second passes) → none. A viewer who comes within that second
 * finds it current. What was published before the subscription is made up for by reading the entry after it.
 */
export class FriendChannels {
  readonly #subscriber: Subscriber;
  readonly #onMessage: (friend: UserId, payload: Buffer) => void;
  readonly #readEntry: (friend: UserId) => Promise<void>;
  readonly #onLeft: (friend: UserId) => void;
  readonly #clock: Clock;
  readonly #channels = new Map<UserId, FriendChannel>();

  constructor(options: {
    subscriber: Subscriber;
    onMessage: (friend: UserId, payload: Buffer) => void;
    /** Reads the friend's entry and applies it; retries by itself and never rejects. */
    readEntry: (friend: UserId) => Promise<void>;
    /** The subscription is given up: nothing more is known of this friend. */
    onLeft: (friend: UserId) => void;
    clock: Clock;
  }) {
    this.#subscriber = options.subscriber;
    this.#onMessage = options.onMessage;
    this.#readEntry = options.readEntry;
    this.#onLeft = options.onLeft;
    this.#clock = options.clock;
  }

  /** How many subscriptions there are. */
  get size(): number {
    return this.#channels.size;
  }

  has(friend: UserId): boolean {
    return this.#channels.has(friend);
  }

  /** One more viewer; resolves when the friend's position is known and stays so. */
  acquire(friend: UserId): Promise<void> {
    const known = this.#channels.get(friend);
    if (known) {
      known.viewers++;
      known.cancelLeave?.();
      known.cancelLeave = null;
      return known.current;
    }
    const subscribed = this.#subscriber.subscribe(locationKey(friend), (payload) => this.#onMessage(friend, payload));
    const channel: FriendChannel = { viewers: 1, current: CURRENT, cancelLeave: null };
    channel.current = subscribed
      .then(() => this.#readEntry(friend))
      .then(() => {
        channel.current = CURRENT;
      });
    this.#channels.set(friend, channel);
    return channel.current;
  }

  /** One viewer less. */
  release(friend: UserId): void {
    const channel = this.#channels.get(friend);
    if (!channel || channel.viewers === 0) throw new Error('released a channel that nobody holds');
    channel.viewers--;
    if (channel.viewers > 0) return;
    channel.cancelLeave = this.#clock.after(LEAVE_GRACE_MS, () => {
      this.#channels.delete(friend);
      this.#subscriber.unsubscribe(locationKey(friend));
      this.#onLeft(friend);
    });
  }

  /** All friends who are subscribed to. */
  friends(): UserId[] {
    return [...this.#channels.keys()];
  }
}
