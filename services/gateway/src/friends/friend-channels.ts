/** One Redis subscription per friend who is watched on this gateway, however many viewers there are (S3). */
import type { ChannelHandler } from '@nearby-friends/bus';
import { decodePositionRecord, locationKey, type UserId } from '@nearby-friends/protocol';
import { type CancelTimer, type Clock, delay, type Logger } from '@nearby-friends/service-kit';
import type { GatewayMetrics } from '../metrics/gateway-metrics.ts';
import { decodeBusMessage } from '../wire/decode-bus-message.ts';
import type { FriendBoard } from './friend-board.ts';
import type { FriendDirectory } from './friend-directory.ts';

/** The last viewer often comes back at once: a reconnect, another network. */
export const LEAVE_GRACE_MS = 1_000;
const READ_RETRY_MS = 250;

interface FriendChannel {
  viewers: number;
  /** Resolves once subscribed and the friend's entry has been read since. */
  current: Promise<void>;
  cancelLeave: CancelTimer | null;
}

/** Shared by all channels, of which there are as many as watched friends. */
const CURRENT = Promise.resolve();

/** The part of the bus that is needed here. */
export interface Subscriber {
  subscribe(channel: string, handler: ChannelHandler): Promise<void>;
  unsubscribe(channel: string): void;
}

/**
 * none → subscribing → current → (last viewer leaves, a second passes) → none. A viewer who comes within that second
 * finds it current. The entry is read after subscribing, which covers what was published before.
 */
export class FriendChannels {
  readonly #subscriber: Subscriber;
  readonly #board: Pick<FriendBoard, 'apply' | 'forget'>;
  readonly #directory: Pick<FriendDirectory, 'entryOf'>;
  readonly #metrics: GatewayMetrics;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #channels = new Map<UserId, FriendChannel>();

  constructor(options: {
    subscriber: Subscriber;
    board: Pick<FriendBoard, 'apply' | 'forget'>;
    directory: Pick<FriendDirectory, 'entryOf'>;
    metrics: GatewayMetrics;
    clock: Clock;
    logger: Logger;
  }) {
    this.#subscriber = options.subscriber;
    this.#board = options.board;
    this.#directory = options.directory;
    this.#metrics = options.metrics;
    this.#clock = options.clock;
    this.#logger = options.logger;
  }

  /** How many subscriptions there are. */
  get size(): number {
    return this.#channels.size;
  }

  has(friend: UserId): boolean {
    return this.#channels.has(friend);
  }

  /** Adds a viewer; resolves when the friend's position is known and kept current. */
  acquire(friend: UserId): Promise<void> {
    const known = this.#channels.get(friend);
    if (known) {
      known.viewers++;
      known.cancelLeave?.();
      known.cancelLeave = null;
      return known.current;
    }
    const subscribed = this.#subscriber.subscribe(locationKey(friend), (payload) => this.#receive(friend, payload));
    const channel: FriendChannel = { viewers: 1, current: CURRENT, cancelLeave: null };
    channel.current = subscribed
      .then(() => this.refresh(friend))
      .then(() => {
        channel.current = CURRENT;
      });
    this.#channels.set(friend, channel);
    return channel.current;
  }

  /** Removes a viewer. */
  release(friend: UserId): void {
    const channel = this.#channels.get(friend);
    if (!channel || channel.viewers === 0) throw new Error('cannot release a channel without viewers');
    channel.viewers--;
    if (channel.viewers > 0) return;
    channel.cancelLeave = this.#clock.after(LEAVE_GRACE_MS, () => {
      this.#channels.delete(friend);
      this.#subscriber.unsubscribe(locationKey(friend));
      this.#board.forget(friend);
    });
  }

  /** All subscribed friends. */
  friends(): UserId[] {
    return [...this.#channels.keys()];
  }

  /** Reads the friend's entry and applies it. Retries as long as the friend is subscribed; never rejects. */
  async refresh(friend: UserId): Promise<void> {
    while (this.#channels.has(friend)) {
      try {
        const entry = await this.#directory.entryOf(friend);
        if (entry) this.#board.apply(friend, entry);
        return;
      } catch (error) {
        const reason = error instanceof Error ? error.message : 'unknown';
        this.#logger.debug({ reason }, 'failed to read a position, retrying');
        await delay(this.#clock, READ_RETRY_MS);
      }
    }
  }

  #receive(friend: UserId, payload: Buffer): void {
    this.#metrics.positionsReceived.inc();
    const record = decodeBusMessage(decodePositionRecord, payload, this.#metrics);
    if (record) this.#board.apply(friend, record);
  }
}
