/** The channels this process listens to, kept subscribed through every loss of the connection. */
import type { CancelTimer, Clock, Component, Logger } from '@nearby-friends/service-kit';
import type { Redis } from './redis-connection.ts';

export type ChannelHandler = (payload: Buffer) => void;

interface Channel {
  readonly handler: ChannelHandler;
  /** Settles what {@link ChannelSubscriptions.subscribe} returned; does nothing once that has been done. */
  settle: () => void;
}

const nothing = (): void => undefined;

/** How many channels one SSUBSCRIBE names. */
const CHANNELS_PER_COMMAND = 500;
/** How often the subscribing connection is asked for a sign of life; a cut network is silent otherwise. */
export const SUBSCRIBER_PING_INTERVAL_MS = 2_000;
/** How long to wait before a Redis that answers, but refuses a subscription, is asked anew: it may refuse for long. */
export const REFUSAL_PAUSE_MS = 1_000;

/**
 * At most once, in the order of each channel; what is published while the connection is lost is lost too, and
 * {@link onRestored} tells when to read the state again.
 *
 * What is wanted (`#channels`) is changed at once; what has changed is sent in one command per turn of the event
 * loop. One connection carries it all, so Redis sees the commands in the order they were given.
 */
export class ChannelSubscriptions implements Component {
  readonly name = 'channel subscriptions';
  readonly #redis: Redis;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #channels = new Map<string, Channel>();
  readonly #changed = new Set<string>();
  readonly #restoredHandlers: (() => void)[] = [];
  #flushScheduled = false;
  /** Which connection this is: an answer of an earlier one says nothing about this one. */
  #generation = 0;
  #restorations = 0;
  #everConnected = false;
  #isConnected = false;
  #isCurrent = false;
  #isStopped = false;
  #stopPings: CancelTimer = () => undefined;
  #cancelRetry: CancelTimer = () => undefined;

  constructor(options: { redis: Redis; clock: Clock; logger: Logger }) {
    this.#redis = options.redis;
    this.#clock = options.clock;
    this.#logger = options.logger;
    // Buffers only: a listener for the string event would cost a toString() per message.
    this.#redis.on('smessageBuffer', (channel: Buffer, payload: Buffer) => this.#dispatch(channel, payload));
    this.#redis.on('ready', () => this.#onConnected());
    this.#redis.on('close', () => {
      this.#isConnected = false;
      this.#isCurrent = false;
    });
    if (this.#redis.status === 'ready') this.#onConnected();
  }

  /** How many channels are wanted. */
  get size(): number {
    return this.#channels.size;
  }

  /** Whether, as far as is known, nothing published is missed: connected, and all channels restored. */
  get isCurrent(): boolean {
    return this.#isCurrent;
  }

  /** How often all channels have become subscribed; unchanged and {@link isCurrent} means nothing was missed between. */
  get restorations(): number {
    return this.#restorations;
  }

  start(): void {
    this.#stopPings = this.#clock.every(SUBSCRIBER_PING_INTERVAL_MS, () => {
      // An answer that does not come closes the connection (socketTimeout), and that is handled there.
      if (this.#redis.status === 'ready') this.#redis.ping().catch(() => undefined);
    });
  }

  /** From now on nothing is sent; the connection, which is stopped next, takes all subscriptions with it. */
  stop(): void {
    this.#isStopped = true;
    this.#stopPings();
    this.#cancelRetry();
  }

  /** Calls `handler` once after each loss, when all channels are subscribed again and messages may have been missed. */
  onRestored(handler: () => void): void {
    this.#restoredHandlers.push(handler);
  }

  /**
   * Listens to `channel`; resolves once Redis has confirmed, however long that takes, or once the channel is no longer
   * wanted. Never rejects. One handler per channel: a second subscription of the same one is a broken invariant and
   * throws.
   */
  subscribe(channel: string, handler: ChannelHandler): Promise<void> {
    if (this.#channels.has(channel)) throw new Error(`already subscribed: ${channel}`);
    return new Promise((resolve) => {
      this.#channels.set(channel, { handler, settle: resolve });
      this.#noteChange(channel);
    });
  }

  /** Stops listening; nothing is delivered to the handler from now on. */
  unsubscribe(channel: string): void {
    const subscription = this.#channels.get(channel);
    if (!subscription) return;
    this.#channels.delete(channel);
    // Whoever still waits for the confirmation would wait for ever.
    settle(subscription);
    this.#noteChange(channel);
  }

  #dispatch(channel: Buffer, payload: Buffer): void {
    const name = channel.toString('latin1');
    const subscription = this.#channels.get(name);
    if (!subscription) return;
    try {
      subscription.handler(payload);
    } catch (error) {
      // One bad message costs itself and nobody else.
      this.#logger.error({ error }, 'a message could not be handled');
    }
  }

  #noteChange(channel: string): void {
    // Without a connection there is nothing to tell: the next one starts from what is wanted then.
    if (!this.#isConnected) return;
    this.#changed.add(channel);
    if (this.#flushScheduled) return;
    this.#flushScheduled = true;
    setImmediate(() => {
      this.#flushScheduled = false;
      if (this.#isConnected && !this.#isStopped) this.#flush();
    });
  }

  /** Sends what changed. After a failure the next connection starts from what is wanted. */
  #flush(): void {
    const wanted: string[] = [];
    const unwanted: string[] = [];
    for (const channel of this.#changed) (this.#channels.has(channel) ? wanted : unwanted).push(channel);
    this.#changed.clear();
    const generation = this.#generation;
    for (const channels of chunks(unwanted)) {
      this.#redis.sunsubscribe(...channels).catch((error: unknown) => this.#onFailure(generation, error));
    }
    this.#subscribeAll(wanted).catch((error: unknown) => this.#onFailure(generation, error));
  }

  async #subscribeAll(names: readonly string[]): Promise<void> {
    const asked = chunks(names).map(async (chunk) => {
      const subscriptions = chunk.map((name) => this.#channels.get(name));
      await this.#redis.ssubscribe(...chunk);
      for (const subscription of subscriptions) if (subscription) settle(subscription);
    });
    await Promise.all(asked);
  }

  #onFailure(generation: number, error: unknown): void {
    if (generation !== this.#generation || !this.#isConnected || this.#isStopped) return;
    this.#logger.warn({ reason: String(error) }, 'a subscription was refused; connecting anew');
    this.#isConnected = false;
    this.#isCurrent = false;
    this.#cancelRetry = this.#clock.after(REFUSAL_PAUSE_MS, () => {
      if (generation === this.#generation) this.#redis.disconnect(true);
    });
  }

  #onConnected(): void {
    const generation = ++this.#generation;
    const isReturn = this.#everConnected;
    this.#everConnected = true;
    this.#changed.clear();
    this.#isConnected = true;
    this.#subscribeAll([...this.#channels.keys()]).then(
      () => {
        if (generation !== this.#generation || !this.#isConnected) return;
        this.#isCurrent = true;
        this.#restorations++;
        if (isReturn) this.#tellRestored();
      },
      (error: unknown) => this.#onFailure(generation, error),
    );
  }

  #tellRestored(): void {
    this.#logger.info({ channels: this.#channels.size }, 'subscriptions restored');
    for (const handler of this.#restoredHandlers) {
      try {
        handler();
      } catch (error) {
        // The others still have to read their state again.
        this.#logger.error({ error }, 'a listener of the restored connection failed');
      }
    }
  }
}

/** There are as many channels as friends who are watched here: what is not needed any more is let go. */
function settle(channel: Channel): void {
  channel.settle();
  channel.settle = nothing;
}

function chunks(names: readonly string[]): string[][] {
  const result: string[][] = [];
  for (let i = 0; i < names.length; i += CHANNELS_PER_COMMAND) result.push(names.slice(i, i + CHANNELS_PER_COMMAND));
  return result;
}
