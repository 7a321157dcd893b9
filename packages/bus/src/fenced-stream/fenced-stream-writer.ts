/** The writing end of a fenced stream: appends, and knows when what was appended is in force everywhere. */
import type { Clock, Logger } from '@nearby-friends/service-kit';
import type { Redis } from '../redis/redis-connection.ts';
import { BarrierWatch } from './barrier-watch.ts';
import { SilenceJudge, type Verdict } from './follower-expiry.ts';
import { type Look, PAGE, type Report, type StreamEnd, StreamLedger } from './stream-ledger.ts';

/** How long entries are kept: more than any follower's absence that is worth catching up with entry by entry. */
export const DEFAULT_RETENTION_MS = 600_000;
/** Two fences, and what it takes to notice: by then whoever is silent is known to be. */
export const DEFAULT_BARRIER_DEADLINE_MS = 12_000;

/**
 * Any number of writers may write to one stream. Each is to {@link trim} when it starts and about every minute: that is
 * also how it knows whether Redis' clock can be believed, without which those that died are waited for, 6 s.
 */
export class FencedStreamWriter {
  readonly #ledger: StreamLedger;
  readonly #retentionMs: number;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #judge = new SilenceJudge();
  readonly #watch: BarrierWatch;

  constructor(options: {
    /** For commands. */
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
    this.#watch = new BarrierWatch({ look: () => this.#look(), clock: options.clock });
  }

  /** Appends in order; resolves when Redis has them. Rejects when Redis does not take them (some may have been taken). */
  async append(payloads: readonly Buffer[]): Promise<void> {
    for (let i = 0; i < payloads.length; i += PAGE) {
      await this.#ledger.append(payloads.slice(i, i + PAGE), this.#retentionMs);
    }
  }

  /** Where the stream ends now. Rejects as ioredis does. */
  end(): Promise<StreamEnd> {
    return this.#ledger.end();
  }

  /**
   * Resolves when everything appended before this call, by whomever, is applied by every follower that may still act.
   * Rejects with CodedError `unavailable` after `deadlineMs`, or when `signal` aborts.
   */
  barrier(options: { deadlineMs?: number; signal?: AbortSignal } = {}): Promise<void> {
    return this.#watch.wait({ deadlineMs: options.deadlineMs ?? DEFAULT_BARRIER_DEADLINE_MS, signal: options.signal });
  }

  /** Removes entries past their time, and what is left of followers that are gone. Rejects as ioredis does. */
  async trim(): Promise<void> {
    await this.#look(this.#retentionMs);
  }

  async #look(retentionMs?: number): Promise<{ look: Look; verdict: Verdict }> {
    const askedAt = this.#clock.now();
    const look = await this.#ledger.look(retentionMs);
    const verdict = this.#judge.judge({ look, askedAt, answeredAt: this.#clock.now() });
    await this.#forgetSilent(look, verdict);
    return { look, verdict };
  }

  /**
   * Whoever is silent is not waited for, and would be by a writer that has just started and believes no ages yet. One that
   * comes back reports before it acts, and is waited for again.
   */
  async #forgetSilent(look: Look, verdict: Verdict): Promise<void> {
    const gone = new Map<string, Report>();
    for (const [follower, report] of look.reports) if (verdict.isSilent(report)) gone.set(follower, report);
    if (gone.size === 0) return;
    await this.#ledger.remove(gone);
    this.#logger.info({ followers: gone.size }, 'followers of the stream that are gone were forgotten');
  }
}
