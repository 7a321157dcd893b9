/** The writing end of a fenced stream: appends entries and waits until every follower has applied them. */
import type { Clock, Logger } from '@nearby-friends/service-kit';
import type { Redis } from '../redis/redis-connection.ts';
import { BarrierWatch } from './barrier-watch.ts';
import { type ExpiryVerdict, FollowerExpiry } from './follower-expiry.ts';
import { type LedgerSnapshot, PAGE, type Report, type StreamEnd, StreamLedger } from './stream-ledger.ts';

/** How long entries are kept. A follower that was away for longer rebuilds its state instead of catching up. */
const DEFAULT_RETENTION_MS = 600_000;
/** Two fences and the time to notice: by then an expired follower is known to be expired. */
export const DEFAULT_BARRIER_DEADLINE_MS = 12_000;

/**
 * Any number of writers may write to one stream. Each must call {@link trim} when it starts and about every minute. The
 * call also measures Redis' clock; without a trusted clock a barrier waits 6 s for a follower that died.
 */
export class FencedStreamWriter {
  readonly #ledger: StreamLedger;
  readonly #retentionMs: number;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #expiry = new FollowerExpiry();
  readonly #watch: BarrierWatch;

  constructor(options: {
    /** A connection for commands. */
    redis: Redis;
    stream: string;
    retentionMs?: number;
    clock: Clock;
    logger: Logger;
  }) {
    this.#ledger = new StreamLedger({ redis: options.redis, stream: options.stream });
    this.#retentionMs = options.retentionMs ?? DEFAULT_RETENTION_MS;
    this.#clock = options.clock;
    this.#logger = options.logger;
    this.#watch = new BarrierWatch({ takeSnapshot: () => this.#snapshot(), clock: options.clock });
  }

  /** Appends in order; resolves when Redis has all. Rejects as ioredis does; some may have been appended then. */
  async append(payloads: readonly Buffer[]): Promise<void> {
    for (let i = 0; i < payloads.length; i += PAGE) {
      await this.#ledger.append(payloads.slice(i, i + PAGE), this.#retentionMs);
    }
  }

  /** The text that the last writer left beside the stream; null if none, or Redis has lost it. Rejects as ioredis does. */
  mark(): Promise<string | null> {
    return this.#ledger.mark();
  }

  /** Leaves a mark, unless another writer has replaced `previous` meanwhile. Rejects as ioredis does. */
  replaceMark(previous: string | null, next: string): Promise<void> {
    return this.#ledger.replaceMark(previous, next);
  }

  /** The current end of the stream. Rejects as ioredis does. */
  end(): Promise<StreamEnd> {
    return this.#ledger.end();
  }

  /**
   * Resolves when every follower that may still act has applied everything that any writer appended before this call.
   * Rejects with CodedError `unavailable` after `deadlineMs`, or when `signal` aborts.
   */
  barrier(options: { deadlineMs?: number; signal?: AbortSignal } = {}): Promise<void> {
    return this.#watch.wait({ deadlineMs: options.deadlineMs ?? DEFAULT_BARRIER_DEADLINE_MS, signal: options.signal });
  }

  /** Removes entries past their retention, and the reports of expired followers. Rejects as ioredis does. */
  async trim(): Promise<void> {
    await this.#snapshot(this.#retentionMs);
  }

  async #snapshot(retentionMs?: number): Promise<{ snapshot: LedgerSnapshot; verdict: ExpiryVerdict }> {
    const requestedAt = this.#clock.now();
    const snapshot = await this.#ledger.snapshot(retentionMs);
    const verdict = this.#expiry.evaluate({ snapshot, requestedAt, receivedAt: this.#clock.now() });
    await this.#removeExpired(snapshot, verdict);
    return { snapshot, verdict };
  }

  /**
   * Without this, a writer that has just started and does not trust ages yet would wait for expired followers. A follower
   * that returns reports before it acts, and is waited for again.
   */
  async #removeExpired(snapshot: LedgerSnapshot, verdict: ExpiryVerdict): Promise<void> {
    const expired = new Map<string, Report>();
    for (const [follower, report] of snapshot.reports) if (verdict.isExpired(report)) expired.set(follower, report);
    if (expired.size === 0) return;
    await this.#ledger.remove(expired);
    this.#logger.info({ followers: expired.size }, 'expired stream followers removed');
  }
}
