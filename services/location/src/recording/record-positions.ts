/** Takes a batch of positions in: each is kept and published, and whoever became active is announced. */
import {
  decodePositionBody,
  isPositionBody,
  type ReceivedPosition,
  type RecordedPosition,
  type RecordOutcome,
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

  /** The outcomes are in the order of the batch. Never rejects; a body that nobody could read is `failed`. */
  async recordBatch(batch: readonly ReceivedPosition[]): Promise<readonly RecordedPosition[]> {
    this.#metrics.batchSize.observe(batch.length);
    const readable = batch.filter(({ body }) => isPositionBody(body));
    const recorded = readable.length > 0 ? await this.#cache.recordBatch(readable) : [];
    this.#announceAll(readable, recorded);
    const answer = readable.length === batch.length ? recorded : withFailed(batch, readable, recorded);
    this.#count(answer);
    return answer;
  }

  /** Whoever is active and not announced yet. */
  #announceAll(batch: readonly ReceivedPosition[], recorded: readonly Recorded[]): void {
    for (let i = 0; i < recorded.length; i++) {
      const { outcome, isAnnounced, activeSince, at } = recorded[i] as Recorded;
      if (isAnnounced || outcome !== 'stored') continue;
      const { user, body } = batch[i] as ReceivedPosition;
      this.#announce({ user, activeSince, at, position: decodePositionBody(body) });
    }
  }

  /** Once for each outcome: a batch mostly has one. */
  #count(answer: readonly RecordedPosition[]): void {
    const counts = new Map<RecordOutcome, number>();
    for (const { outcome } of answer) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
    for (const [outcome, count] of counts) this.#metrics.positions.inc({ outcome }, count);
  }
}

const UNREADABLE: RecordedPosition = { outcome: 'failed', at: 0 };

/** The answer for the whole batch, where only `readable` was handed on. */
function withFailed(
  batch: readonly ReceivedPosition[],
  readable: readonly ReceivedPosition[],
  recorded: readonly RecordedPosition[],
): RecordedPosition[] {
  let next = 0;
  return batch.map((received) => (received === readable[next] ? (recorded[next++] ?? UNREADABLE) : UNREADABLE));
}
