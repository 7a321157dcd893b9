/** The channels this process listens to, kept subscribed through every loss of the connection. */
import type { CancelTimer, Clock, Component, Logger } from '@nearby-friends/service-kit';
import type { Redis } from './redis-connection.ts';

export type ChannelHandler = (payload: Buffer) => void;

interface Channel {
  readonly handler: ChannelHandler;
  /** Resolves once Redis has confirmed the subscription. */
  readonly confirmed: Promise<void>;
  readonly confirm: () => void;
  isConfirmed: boolean;
}

/** How many channels one SSUBSCRIBE names. */
const CHANNELS_PER_COMMAND = 500;
/** How often the subscribing connection is asked for a sign of life; a cut network is silent otherwise. */
const PING_INTERVAL_MS = 2_000;

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
  #generation = 0;
  #everReady = false;
  #ready = false;
  #stopPings: CancelTimer = () => undefined;

  constructor(options: { redis: Redis; clock: Clock; logger: Logger }) {
    this.#redis = options.redis;
    this.#clock = options.clock;
    this.#logger = options.logger;
    // Buffers only: a listener for the string event would cost a toString() per message.
    this.#redis.on('smessageBuffer', (channel: Buffer, payload: Buffer) => this.#dispatch(channel, payload));
    this.#redis.on('ready', () => this.#onReady());
    this.#redis.on('close', () => {
      this.#ready = false;
    });
  }

  /** How many channels are wanted. */
  get size(): number {
    return this.#channels.size;
  }

  /** Whether everything wanted is, as far as is known, subscribed. */
  get isCurrent(): boolean {
    return this.#ready;
  }

  start(): void {
    this.#stopPings = this.#clock.every(PING_INTERVAL_MS, () => {
      // An answer that does not come closes the connection (socketTimeout), and that is handled there.
      if (this.#redis.status === 'ready') this.#redis.ping().catch(() => undefined);
    });
  }

  stop(): void {
    this.#stopPings();
  }

  /** Calls `handler` after each loss, when all channels are subscribed again and messages may have been missed. */
  onRestored(handler: () => void): void {
    this.#restoredHandlers.push(handler);
  }

  /**
   * Listens to `channel`; resolves once Redis has confirmed, however long that takes. One handler per channel:
   * a second subscription of the same channel is a broken invariant and throws.
   */
  subscribe(channel: string, handler: ChannelHandler): Promise<void> {
    if (this.#channels.has(channel)) throw new Error(`already subscribed: ${channel}`);
    let confirm: () => void = () => undefined;
    const confirmed = new Promise<void>((resolve) => {
      confirm = resolve;
    });
    this.#channels.set(channel, { handler, confirmed, confirm, isConfirmed: false });
    this.#note(channel);
    return confirmed;
  }

  /** Stops listening; nothing is delivered to the handler from now on. */
  unsubscribe(channel: string): void {
    if (this.#channels.delete(channel)) this.#note(channel);
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

  #note(channel: string): void {
    this.#changed.add(channel);
    if (this.#flushScheduled || !this.#ready) return;
    this.#flushScheduled = true;
    setImmediate(() => {
      this.#flushScheduled = false;
      if (this.#ready) this.#flush();
    });
  }

  /** Sends what changed. A failure means the connection is gone: the next `ready` starts from what is wanted. */
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
      const channels = chunk.map((name) => this.#channels.get(name));
      await this.#redis.ssubscribe(...chunk);
      for (const channel of channels) {
        if (!channel) continue;
        channel.isConfirmed = true;
        channel.confirm();
      }
    });
    await Promise.all(asked);
  }

  #onFailure(generation: number, error: unknown): void {
    if (generation !== this.#generation || !this.#ready) return;
    this.#logger.warn({ reason: String(error) }, 'a subscription failed; connecting anew');
    this.#ready = false;
    this.#redis.disconnect(true);
  }

  #onReady(): void {
    const generation = ++this.#generation;
    const isReturn = this.#everReady;
    this.#everReady = true;
    this.#changed.clear();
    this.#ready = true;
    this.#subscribeAll([...this.#channels.keys()]).then(
      () => {
        if (generation !== this.#generation || !isReturn) return;
        this.#logger.info({ channels: this.#channels.size }, 'subscriptions restored');
        for (const handler of this.#restoredHandlers) handler();
      },
      (error: unknown) => this.#onFailure(generation, error),
    );
  }
}

function chunks(names: readonly string[]): string[][] {
  const result: string[][] = [];
  for (let i = 0; i < names.length; i += CHANNELS_PER_COMMAND) result.push(names.slice(i, i + CHANNELS_PER_COMMAND));
  return result;
}
