/** Sees to it that a change is in force: known to every gateway that may still deliver. */
import { CodedError } from '@nearby-friends/protocol';
import type { Clock } from '@nearby-friends/service-kit';
import type { FriendGraphMetrics } from '../metrics/friend-graph-metrics.ts';
import type { GraphEventStream } from './graph-event-stream.ts';
import type { OutboxRelay } from './outbox-relay.ts';

export class Enforcement {
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

  /** For a change that takes nothing away: it may arrive a moment later. */
  soon(): void {
    this.#relay.trigger();
  }

  /**
   * For a change that has been committed: resolves when it is in force everywhere (G5). Rejects with `unavailable` when
   * that cannot be said in time, or the signal says that nobody waits any more; the change stays, and comes into force
   * by itself.
   */
  async waitUntilAppliedEverywhere(signal?: AbortSignal): Promise<void> {
    const committedAt = this.#clock.now();
    try {
      await this.#relay.flush();
      await this.#stream.barrier(signal ? { signal } : {});
    } catch (error) {
      throw new CodedError('unavailable', 'The change is kept, but not yet in force everywhere. Send it again.', {
        cause: error,
      });
    }
    this.#metrics.revocationSeconds.observe((this.#clock.now() - committedAt) / 1000);
  }
}
