/** The reading end of a fenced stream: applies every entry, reports it, and knows whether it may still act. */
import { randomUUID } from 'node:crypto';
import { type Clock, type Component, delay, type Logger } from '@nearby-friends/service-kit';
import type { Redis } from '../redis/redis-connection.ts';
import { BEFORE_ALL, isLater } from './entry-id.ts';
import { Fence } from './fence.ts';
import { FOLLOWER_EXPIRY_MS, READ_BLOCK_MS } from './fence-times.ts';
import {
  type ChainedEntry,
  PAGE,
  readEntries,
  type StreamEnd,
  type StreamEntry,
  StreamLedger,
} from './stream-ledger.ts';

/** Pause after a failure, so that a failing Redis is not retried continuously. */
export const RETRY_PAUSE_MS = 100;

interface Position extends Pick<StreamEnd, 'epoch'> {
  /** Since when this follower has known the epoch, by its own clock. */
  readonly knownSince: number;
  /** Everything up to here is applied, or `onMissed` was called for it. */
  readonly applied: string;
  /** Where to continue reading; before `applied` while retained entries are read again. */
  readonly cursor: string;
}

/**
 * One loop: read, apply, report. An entry is reported only after it was applied, and the fence opens only for a report
 * that Redis has confirmed. So whichever hangs (the read, the report, this process), fence and report expire together.
 *
 * Starting, or lost (another epoch, a gap in the chain) → at the stream's end, re-reading retained entries → following.
 * A loss begins with `onMissed`. The end of the stream is read before that call, so the state that the caller re-reads
 * includes everything up to it.
 */
export class FencedStreamFollower implements Component {
  readonly name = 'fenced stream follower';
  readonly #blockingRedis: Redis;
  readonly #stream: string;
  readonly #ledger: StreamLedger;
  /** Unique: an earlier process with the same name that still acts keeps its own report. */
  readonly #id: string;
  readonly #onEntries: (entries: readonly StreamEntry[]) => void;
  readonly #onMissed: () => void;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #fence: Fence;
  #position: Position | null = null;
  #joinedAt: StreamEnd | null = null;
  #wasLost = false;
  #isFailing = false;
  #missesWithoutProof = 0;
  #reporting: Promise<unknown> = Promise.resolve();
  #leaving: Promise<void> | null = null;
  #settleStart: { resolve: () => void; reject: (error: Error) => void } | null = null;

  constructor(options: {
    /** A connection for commands. */
    redis: Redis;
    /** A dedicated connection, opened for the purpose `blocking`. */
    blockingRedis: Redis;
    stream: string;
    followerId: string;
    /** Synchronous. Entries may be delivered again. When it throws, they are not applied and are delivered again. */
    onEntries: (entries: readonly StreamEntry[]) => void;
    /** Synchronous. Entries are lost: once this call returns, the caller must not act on what it knew before. */
    onMissed: () => void;
    clock: Clock;
    logger: Logger;
  }) {
    this.#blockingRedis = options.blockingRedis;
    this.#stream = options.stream;
    this.#ledger = new StreamLedger({ redis: options.redis, stream: options.stream });
    this.#id = `${options.followerId}/${randomUUID()}`;
    this.#onEntries = options.onEntries;
    this.#onMissed = options.onMissed;
    this.#clock = options.clock;
    this.#logger = options.logger;
    this.#fence = new Fence(options.clock);
  }

  /** Whether the last proof is at most 5 s old. If not, nothing may be acted on. Compares two numbers. */
  get isCurrent(): boolean {
    return this.#fence.isOpen;
  }

  /** Age of the last proof, ms; before the first one, age of this object. */
  get ageMs(): number {
    return this.#fence.ageMs;
  }

  /**
   * Whether this follower has followed the stream from this end, or from an earlier one, without a gap: everything
   * written after it is known here or will be. False when entries may have been missed since.
   */
  hasFollowedFrom({ epoch, last }: StreamEnd): boolean {
    return this.#joinedAt?.epoch === epoch && !isLater(this.#joinedAt.last, last);
  }

  /** Resolves once all retained entries are applied and this follower is current; rejects when stopped before. */
  start(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#settleStart = { resolve, reject };
      void this.#run();
    });
  }

  /** Stops acting, then removes its report so that writers do not wait. Never rejects: without Redis the report expires. */
  drain(): Promise<void> {
    this.#leaving ??= this.#leave();
    return this.#leaving;
  }

  /** A pending read ends with its connection or within {@link READ_BLOCK_MS}; its result is ignored. */
  stop(): Promise<void> {
    return this.drain();
  }

  async #leave(): Promise<void> {
    this.#fence.close();
    this.#settleStart?.reject(new Error('The follower was stopped before it had read the stream.'));
    // A pending report may be sent a second time, as a whole script, and would add this follower again.
    await this.#reporting.catch(() => undefined);
    try {
      await this.#ledger.leave(this.#id);
    } catch (error) {
      this.#logger.debug({ reason: String(error) }, 'could not leave the stream');
    }
  }

  async #run(): Promise<void> {
    while (!this.#leaving) {
      try {
        await this.#round();
        // A successful round may not be a proof yet.
        if (!this.#isFailing || !this.isCurrent) continue;
        this.#logger.info('stream following recovered');
        this.#isFailing = false;
      } catch (error) {
        if (this.#leaving) return;
        // One line per series of failures.
        if (!this.#isFailing) this.#logger.warn({ error }, 'stream following failed');
        this.#isFailing = true;
        await delay(this.#clock, RETRY_PAUSE_MS);
      }
    }
  }

  async #round(): Promise<void> {
    if (!this.#position) {
      const end = await this.#ledger.end();
      if (!this.#leaving) this.#joinAt(end);
    }
    const position = this.#position;
    if (!position || this.#leaving) return;
    const requestedAt = this.#clock.now();
    const entries = await readEntries({
      redis: this.#blockingRedis,
      stream: this.#stream,
      after: position.cursor,
      // A follower that is not current must read twice (see Fence), without waiting.
      blockMs: this.isCurrent ? READ_BLOCK_MS : null,
    });
    if (this.#leaving) return;
    const next = follow(position, entries);
    if (next === 'gap') return this.#handleLoss();
    if (entries.length > 0) this.#onEntries(entries);
    this.#position = next;
    const hasMore = entries.length === PAGE;
    if (hasMore && next.cursor !== next.applied) return;
    await this.#report(next, requestedAt);
  }

  async #report({ epoch, knownSince, applied }: Position, requestedAt: number): Promise<void> {
    const reportedAt = this.#clock.now();
    // A writer that has just started cannot know this itself, and its first barrier would wait that long.
    const isSettled = reportedAt - knownSince >= FOLLOWER_EXPIRY_MS;
    const reporting = this.#ledger.report({ follower: this.#id, epoch, applied, isSettled });
    this.#reporting = reporting;
    const { isAccepted } = await reporting;
    if (this.#leaving) return;
    if (!isAccepted) return this.#handleLoss();
    this.#fence.confirm({ requestedAt, reportedAt });
    if (!this.isCurrent) return;
    this.#missesWithoutProof = 0;
    this.#settleStart?.resolve();
  }

  async #handleLoss(): Promise<void> {
    this.#position = null;
    this.#wasLost = true;
    this.#missesWithoutProof++;
    if (this.#missesWithoutProof > 1) await delay(this.#clock, RETRY_PAUSE_MS);
  }

  /** Continues from the end of the stream, and re-reads the retained entries from their beginning. */
  #joinAt({ epoch, last }: StreamEnd): void {
    if (this.#wasLost) {
      this.#logger.warn({ stream: this.#stream }, 'stream entries missed');
      this.#onMissed();
      this.#wasLost = false;
    }
    this.#position = { epoch, knownSince: this.#clock.now(), applied: last, cursor: BEFORE_ALL };
    this.#joinedAt = { epoch, last };
  }
}

/** The position after these entries, or 'gap' when one is missing between them and the applied ones. */
function follow(position: Position, entries: readonly ChainedEntry[]): Position | 'gap' {
  let { applied, cursor } = position;
  for (const { id, previous } of entries) {
    cursor = id;
    // Read again; `onMissed` was called for missing entries up to here.
    if (!isLater(id, applied)) continue;
    if (previous !== applied) return 'gap';
    applied = id;
  }
  return { ...position, applied, cursor };
}
