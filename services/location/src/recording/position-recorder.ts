/** Records a batch of positions, and announces users who became active. */
import {
  decodePositionBody,
  isPositionBody,
  type ReceivedPosition,
  type RecordedPosition,
  type RecordOutcome,
  readLifetimeMs,
} from '@nearby-friends/protocol';
import type { Activity } from '../activation/announcer.ts';
import type { LocationCache, Recorded } from '../cache/location-cache.ts';
import type { LocationMetrics } from '../metrics/location-metrics.ts';

export class PositionRecorder {
  readonly #cache: LocationCache;
  readonly #announce: (activity: Activity) => void;
  readonly #metrics: LocationMetrics;

  constructor(options: { cache: LocationCache; announce: (activity: Activity) => void; metrics: LocationMetrics }) {
    this.#cache = options.cache;
    this.#announce = options.announce;
    this.#metrics = options.metrics;
  }

  /** Outcomes are in the order of the batch. Never rejects; a position with an invalid body is `failed`. */
  async recordBatch(batch: readonly ReceivedPosition[]): Promise<readonly RecordedPosition[]> {
    this.#metrics.batchSize.observe(batch.length);
    const readable = batch.filter(({ body }) => isPositionBody(body));
    const recorded = readable.length > 0 ? await this.#cache.recordBatch(readable) : [];
    this.#announceAll(readable, recorded);
    const outcomes = readable.length === batch.length ? recorded : withFailed(batch, readable, recorded);
    this.#count(outcomes);
    return outcomes;
  }

  /** Announces the users whose activity is not announced yet. */
  #announceAll(batch: readonly ReceivedPosition[], recorded: readonly Recorded[]): void {
    for (let i = 0; i < recorded.length; i++) {
      const { outcome, isAnnounced, activeSince, at } = recorded[i] as Recorded;
      if (isAnnounced || (outcome !== 'stored' && outcome !== 'taken-over')) continue;
      const { user, body } = batch[i] as ReceivedPosition;
      const position = decodePositionBody(body);
      this.#announce({ user, activeSince, at, position, lifetimeMs: readLifetimeMs(body) });
    }
  }

  /** One increment per outcome: most batches have only one. */
  #count(outcomes: readonly RecordedPosition[]): void {
    const counts = new Map<RecordOutcome, number>();
    for (const { outcome } of outcomes) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
    for (const [outcome, count] of counts) this.#metrics.positions.inc({ outcome }, count);
  }
}

const UNREADABLE: RecordedPosition = { outcome: 'failed', at: 0 };

/** The outcomes for the whole batch when only `readable` was recorded. */
function withFailed(
  batch: readonly ReceivedPosition[],
  readable: readonly ReceivedPosition[],
  recorded: readonly RecordedPosition[],
): RecordedPosition[] {
  let next = 0;
  return batch.map((received) => (received === readable[next] ? (recorded[next++] ?? UNREADABLE) : UNREADABLE));
}
