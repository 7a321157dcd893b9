/** A reader's end of a fenced stream: applies every entry, says so, and knows whether it still may act. */
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

/** After a failure, so that a Redis in trouble is not asked all the time. */
export const RETRY_PAUSE_MS = 100;

interface Position extends Pick<StreamEnd, 'epoch'> {
  /** Since when this follower has known the epoch, by its own clock. */
  readonly knownSince: number;
  /** Everything up to here is applied or made up for by `onMissed`. */
  readonly applied: string;
  /** Where to read on; behind `applied` while what is retained is read again. */
  readonly cursor: string;
}

/**
 * One loop: read, apply, report. What was applied is never reported before it was, and the fence opens only for a
 * report that Redis has confirmed; so whatever hangs (the read, the report, this process), both run out together.
 *
 * Starting, or lost (another epoch, a gap in the chain) → at the stream's end, reading again what is retained →
 * following. Lost begins with `onMissed`: the end of the stream is asked for before that call, so everything up to it
 * was true already when the caller reads its state anew.
 */
export class FencedStreamFollower implements Component {
  readonly name = 'fenced stream follower';
  readonly #blockingRedis: Redis;
  readonly #stream: string;
  readonly #ledger: StreamLedger;
  /** Never used before: an earlier process of the same name that still acts keeps a report of its own. */
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
    /** For commands. */
    redis: Redis;
    /** A connection of its own, opened for the purpose `blocking`. */
    blockingRedis: Redis;
    stream: string;
    followerId: string;
    /** Synchronous. Entries may come again. When it throws they do not count as applied and come again until it does not. */
    onEntries: (entries: readonly StreamEntry[]) => void;
    /** Synchronous. Entries are lost: from the return of this call on, nothing known by then may be acted on. */
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

  /** Cheap (two numbers compared): whether what is known is at most 5 s old. When not, nothing may be acted on. */
  get isCurrent(): boolean {
    return this.#fence.isOpen;
  }

  /** ms since the last proof, or since this object was made. */
  get ageMs(): number {
    return this.#fence.ageMs;
  }

  /**
   * Whether the stream has been followed since it ended there, or before: what was written after that is known here, or
   * will be. False where entries may have been missed since then.
   */
  hasFollowedFrom({ epoch, last }: StreamEnd): boolean {
    return this.#joinedAt?.epoch === epoch && !isLater(this.#joinedAt.last, last);
  }

  /** Resolves once all that is retained is applied and this follower is current; rejects when it is stopped before. */
  start(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#settleStart = { resolve, reject };
      void this.#run();
    });
  }

  /** Falls silent, then tells the writers not to wait. Never rejects: without Redis they find out by the time-out. */
  drain(): Promise<void> {
    this.#leaving ??= this.#leave();
    return this.#leaving;
  }

  /** The read that is under way ends with its connection, or within {@link READ_BLOCK_MS}; nothing comes of it. */
  stop(): Promise<void> {
    return this.drain();
  }

  async #leave(): Promise<void> {
    this.#fence.close();
    this.#settleStart?.reject(new Error('The follower was stopped before it had read the stream.'));
    // A report that is under way may have to be sent again as a whole script, and would bring this follower back.
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
        // A round may end well and prove nothing yet.
        if (!this.#isFailing || !this.isCurrent) continue;
        this.#logger.info('the stream is followed again');
        this.#isFailing = false;
      } catch (error) {
        if (this.#leaving) return;
        // One line per streak: the attempts that follow would only repeat it.
        if (!this.#isFailing) this.#logger.warn({ error }, 'the stream cannot be followed; trying again');
        this.#isFailing = true;
        await delay(this.#clock, RETRY_PAUSE_MS);
      }
    }
  }

  async #round(): Promise<void> {
    if (!this.#position) {
      const end = await this.#ledger.end();
      if (!this.#leaving) this.#goTo(end);
    }
    const position = this.#position;
    if (!position || this.#leaving) return;
    const askedAt = this.#clock.now();
    const entries = await readEntries({
      redis: this.#blockingRedis,
      stream: this.#stream,
      after: position.cursor,
      // Whoever is not current has to read twice (see Fence), and soon.
      blockMs: this.isCurrent ? READ_BLOCK_MS : null,
    });
    if (this.#leaving) return;
    const next = follow(position, entries);
    if (next === 'gap') return this.#lose();
    if (entries.length > 0) this.#onEntries(entries);
    this.#position = next;
    const hasMore = entries.length === PAGE;
    if (hasMore && next.cursor !== next.applied) return;
    await this.#report(next, askedAt);
  }

  async #report({ epoch, knownSince, applied }: Position, askedAt: number): Promise<void> {
    const reportedAt = this.#clock.now();
    // A writer that has just started cannot know it by itself, and its first callers would have to wait that long.
    const isSettled = reportedAt - knownSince >= FOLLOWER_EXPIRY_MS;
    const reporting = this.#ledger.report({ follower: this.#id, epoch, applied, isSettled });
    this.#reporting = reporting;
    const { isTaken } = await reporting;
    if (this.#leaving) return;
    if (!isTaken) return this.#lose();
    this.#fence.confirm({ askedAt, reportedAt });
    if (!this.isCurrent) return;
    this.#missesWithoutProof = 0;
    this.#settleStart?.resolve();
  }

  async #lose(): Promise<void> {
    this.#position = null;
    this.#wasLost = true;
    this.#missesWithoutProof++;
    if (this.#missesWithoutProof > 1) await delay(this.#clock, RETRY_PAUSE_MS);
  }

  /** Takes up its place at the end of the stream; what is retained is read from its beginning. */
  #goTo({ epoch, last }: StreamEnd): void {
    if (this.#wasLost) {
      this.#logger.warn({ stream: this.#stream }, 'entries of the stream were missed');
      this.#onMissed();
      this.#wasLost = false;
    }
    this.#position = { epoch, knownSince: this.#clock.now(), applied: last, cursor: BEFORE_ALL };
    this.#joinedAt = { epoch, last };
  }
}

/** Where one stands after these entries, or 'gap' when one is missing between them and what was applied before. */
function follow(position: Position, entries: readonly ChainedEntry[]): Position | 'gap' {
  let { applied, cursor } = position;
  for (const { id, previous } of entries) {
    cursor = id;
    // Read again: what is missing up to here was made up for.
    if (!isLater(id, applied)) continue;
    if (previous !== applied) return 'gap';
    applied = id;
  }
  return { ...position, applied, cursor };
}
