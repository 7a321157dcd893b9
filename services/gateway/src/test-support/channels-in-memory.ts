/** The bus' subscriptions without Redis: the test confirms them, or they confirm themselves. */
import type { ChannelHandler } from '@nearby-friends/bus';
import type { Subscriber } from '../friends/friend-channels.ts';

export class ChannelsInMemory implements Subscriber {
  /** Whether a subscription is confirmed at once; otherwise by {@link confirmAll}. */
  confirmsAtOnce = true;
  readonly #handlers = new Map<string, ChannelHandler>();
  #unconfirmed: { channel: string; settle: () => void }[] = [];

  get channels(): string[] {
    return [...this.#handlers.keys()].sort();
  }

  subscribe(channel: string, handler: ChannelHandler): Promise<void> {
    if (this.#handlers.has(channel)) throw new Error(`already subscribed: ${channel}`);
    this.#handlers.set(channel, handler);
    if (this.confirmsAtOnce) return Promise.resolve();
    return new Promise((settle) => {
      this.#unconfirmed.push({ channel, settle });
    });
  }

  unsubscribe(channel: string): void {
    if (!this.#handlers.delete(channel)) throw new Error(`not subscribed: ${channel}`);
    for (const waiting of this.#unconfirmed) if (waiting.channel === channel) waiting.settle();
    this.#unconfirmed = this.#unconfirmed.filter((waiting) => waiting.channel !== channel);
  }

  confirmAll(): void {
    for (const { settle } of this.#unconfirmed.splice(0)) settle();
  }

  /** Delivers to the subscriber; returns whether there is one. */
  publish(channel: string, payload: Buffer): boolean {
    const handler = this.#handlers.get(channel);
    handler?.(payload);
    return handler !== undefined;
  }
}
