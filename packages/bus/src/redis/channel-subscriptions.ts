/** The sharded pub/sub channels of this process, resubscribed after every loss of the connection. */
import type { CancelTimer, Clock, Component, Logger } from '@nearby-friends/service-kit';
import type { Redis } from './redis-connection.ts';

export type ChannelHandler = (payload: Buffer) => void;

interface Channel {
  readonly handler: ChannelHandler;
  /** Resolves the promise of {@link ChannelSubscriptions.subscribe}; replaced by a no-op afterwards. */
  confirm: () => void;
}

const noop = (): void => undefined;

/** Maximum number of channels in one SSUBSCRIBE. */
const CHANNELS_PER_COMMAND = 500;
/** Interval of pings on the subscriber connection; without them a cut network goes unnoticed. */
export const SUBSCRIBER_PING_INTERVAL_MS = 2_000;
/** Pause before reconnecting to a Redis that responds but refuses a subscription. */
export const REFUSAL_PAUSE_MS = 1_000;

/**
 * Delivers at most once, in order per channel. Messages published while the connection is lost are lost;
 * {@link onRestored} notifies when to re-read the state.
 *
 * The wanted channels (`#channels`) change at once. Changes are sent in one command per turn of the event loop. All
 * commands use one connection, so Redis receives them in order.
 */
export class ChannelSubscriptions implements Component {
  readonly name = 'channel subscriptions';
  readonly #redis: Redis;
  readonly #prefixBytes: number;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #channels = new Map<string, Channel>();
  readonly #changed = new Set<string>();
  readonly #restoredHandlers: (() => void)[] = [];
  #flushScheduled = false;
  /** Number of the connection; responses on an earlier connection are ignored. */
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
    this.#prefixBytes = options.redis.options?.keyPrefix?.length ?? 0;
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

  /** Number of wanted channels. */
  get size(): number {
    return this.#channels.size;
  }

  /** Whether no message is missed, as far as this process knows: connected, and all channels subscribed. */
  get isCurrent(): boolean {
    return this.#isCurrent;
  }

  /** How often all channels were subscribed. Unchanged, with {@link isCurrent}, means that no message was missed. */
  get restorations(): number {
    return this.#restorations;
  }

  start(): void {
    this.#stopPings = this.#clock.every(SUBSCRIBER_PING_INTERVAL_MS, () => {
      // A missing response closes the connection (socketTimeout), which is handled there.
      if (this.#redis.status === 'ready') this.#redis.ping().catch(() => undefined);
    });
  }

  /** Sends nothing from now on. The connection, which stops next, ends all subscriptions. */
  stop(): void {
    this.#isStopped = true;
    this.#stopPings();
    this.#cancelRetry();
  }

  /** Calls `handler` after each loss, once all channels are subscribed again. Messages may have been missed. */
  onRestored(handler: () => void): void {
    this.#restoredHandlers.push(handler);
  }

  /**
   * Subscribes to `channel`. Resolves once Redis has confirmed, or once the channel is unsubscribed; never rejects. A
   * channel has one handler: a second subscription throws.
   */
  subscribe(channel: string, handler: ChannelHandler): Promise<void> {
    if (this.#channels.has(channel)) throw new Error(`already subscribed: ${channel}`);
    return new Promise((resolve) => {
      this.#channels.set(channel, { handler, confirm: resolve });
      this.#scheduleFlush(channel);
    });
  }

  /** Unsubscribes. The handler gets no message from now on. */
  unsubscribe(channel: string): void {
    const subscription = this.#channels.get(channel);
    if (!subscription) return;
    this.#channels.delete(channel);
    // There will be no confirmation from Redis.
    confirm(subscription);
    this.#scheduleFlush(channel);
  }

  /**
   * Unsubscribes and waits for Redis' confirmation. By then the handler has received every message that counted this
   * process as a receiver. Never rejects; a lost connection ends the subscription, too.
   */
  async leave(channel: string): Promise<void> {
    if (this.#isConnected && this.#channels.has(channel)) {
      await this.#redis.sunsubscribe(channel).catch(() => undefined);
    }
    this.unsubscribe(channel);
  }

  #dispatch(channel: Buffer, payload: Buffer): void {
    // Redis names the channel with the prefix of the deployment.
    const name = channel.toString('latin1', this.#prefixBytes);
    const subscription = this.#channels.get(name);
    if (!subscription) return;
    try {
      subscription.handler(payload);
    } catch (error) {
      // One bad message must not affect other messages.
      this.#logger.error({ error }, 'message handler failed');
    }
  }

  #scheduleFlush(channel: string): void {
    // The next connection subscribes all wanted channels.
    if (!this.#isConnected) return;
    this.#changed.add(channel);
    if (this.#flushScheduled) return;
    this.#flushScheduled = true;
    setImmediate(() => {
      this.#flushScheduled = false;
      if (this.#isConnected && !this.#isStopped) this.#flush();
    });
  }

  /** Sends the changes. After a failure the next connection subscribes all wanted channels. */
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
    const commands = chunks(names).map(async (chunk) => {
      const subscriptions = chunk.map((name) => this.#channels.get(name));
      await this.#redis.ssubscribe(...chunk);
      for (const subscription of subscriptions) if (subscription) confirm(subscription);
    });
    await Promise.all(commands);
  }

  #onFailure(generation: number, error: unknown): void {
    if (generation !== this.#generation || !this.#isConnected || this.#isStopped) return;
    this.#logger.warn({ reason: String(error) }, 'subscription refused');
    this.#isConnected = false;
    this.#isCurrent = false;
    this.#cancelRetry = this.#clock.after(REFUSAL_PAUSE_MS, () => {
      if (generation === this.#generation) this.#redis.disconnect(true);
    });
  }

  #onConnected(): void {
    const generation = ++this.#generation;
    const isReconnect = this.#everConnected;
    this.#everConnected = true;
    this.#changed.clear();
    this.#isConnected = true;
    this.#subscribeAll([...this.#channels.keys()]).then(
      () => {
        if (generation !== this.#generation || !this.#isConnected) return;
        this.#isCurrent = true;
        this.#restorations++;
        if (isReconnect) this.#notifyRestored();
      },
      (error: unknown) => this.#onFailure(generation, error),
    );
  }

  #notifyRestored(): void {
    this.#logger.info({ channels: this.#channels.size }, 'subscriptions restored');
    for (const handler of this.#restoredHandlers) {
      try {
        handler();
      } catch (error) {
        // The other handlers must still re-read their state.
        this.#logger.error({ error }, 'restored handler failed');
      }
    }
  }
}

/** Releases the promise's closure: a gateway has one channel per watched friend. */
function confirm(channel: Channel): void {
  channel.confirm();
  channel.confirm = noop;
}

function chunks(names: readonly string[]): string[][] {
  const result: string[][] = [];
  for (let i = 0; i < names.length; i += CHANNELS_PER_COMMAND) result.push(names.slice(i, i + CHANNELS_PER_COMMAND));
  return result;
}
