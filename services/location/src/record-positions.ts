/** Takes a batch of positions in: each is kept and published, and whoever became active is announced. */
import { decodePositionBody, type ReceivedPosition, type RecordedPosition } from '@nearby-friends/protocol';
import type { Activity } from './announcer.ts';
import type { LocationCache } from './location-cache.ts';
import type { LocationMetrics } from './location-metrics.ts';

export class PositionRecorder {
  readonly #cache: LocationCache;
  readonly #announce: (activity: Activity) => void;
  readonly #metrics: LocationMetrics;

  constructor(options: { cache: LocationCache; announce: (activity: Activity) => void; metrics: LocationMetrics }) {
    this.#cache = options.cache;
    this.#announce = options.announce;
    this.#metrics = options.metrics;
  }

  /** The outcomes are in the order of the batch. Never rejects. */
  recordBatch(batch: readonly ReceivedPosition[]): Promise<RecordedPosition[]> {
    this.#metrics.batchSize.observe(batch.length);
    return Promise.all(batch.map((received) => this.#record(received)));
  }

  async #record(received: ReceivedPosition): Promise<RecordedPosition> {
    const { outcome, at, activeSince, isAnnounced } = await this.#cache.record(received);
    this.#metrics.positions.inc({ outcome });
    if (outcome === 'stored' && !isAnnounced) {
      this.#announce({ user: received.user, activeSince, at, position: decodePositionBody(received.body) });
    }
    return { outcome, at };
  }
}
