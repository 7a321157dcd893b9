/** Propagates committed changes to every gateway that may still deliver. */
import { CodedError } from '@nearby-friends/protocol';
import { type Clock, delay } from '@nearby-friends/service-kit';
import { CLOCK_MARGIN_MS } from '../database/withholdings.ts';
import type { FriendGraphMetrics } from '../metrics/friend-graph-metrics.ts';
import type { GraphEventStream } from './graph-event-stream.ts';
import type { OutboxRelay } from './outbox-relay.ts';

export class ChangePropagation {
  readonly #relay: Pick<OutboxRelay, 'flush' | 'trigger'>;
  readonly #stream: Pick<GraphEventStream, 'barrier'>;
  readonly #clock: Clock;
  readonly #metrics: FriendGraphMetrics;

  constructor(options: {
    relay: Pick<OutboxRelay, 'flush' | 'trigger'>;
    stream: Pick<GraphEventStream, 'barrier'>;
    clock: Clock;
    metrics: FriendGraphMetrics;
  }) {
    this.#relay = options.relay;
    this.#stream = options.stream;
    this.#clock = options.clock;
    this.#metrics = options.metrics;
  }

  /** For a change that revokes nothing: starts the relay and does not wait for it. */
  trigger(): void {
    this.#relay.trigger();
  }

  /**
   * For a committed change that grants something: resolves when a position received from now on is certain to have a
   * later time than those that stay withheld. These include a margin for the error of clocks, and as much is waited again.
   */
  async waitUntilNextReportCounts(): Promise<void> {
    await delay(this.#clock, 2 * CLOCK_MARGIN_MS);
  }

  /**
   * For a committed change that revokes something: resolves when every gateway that may still deliver has applied it
   * (G5). Rejects with `unavailable` when that cannot be confirmed in time or the signal aborts; the change stays
   * committed and is applied without further calls.
   */
  async waitUntilAppliedEverywhere(signal?: AbortSignal): Promise<void> {
    const committedAt = this.#clock.now();
    try {
      await this.#relay.flush();
      await this.#stream.barrier(signal ? { signal } : {});
    } catch (error) {
      const message = 'The change is saved but not confirmed by all gateways yet. Send the same request again.';
      throw new CodedError('unavailable', message, { cause: error });
    }
    this.#metrics.revocationSeconds.observe((this.#clock.now() - committedAt) / 1000);
  }
}
