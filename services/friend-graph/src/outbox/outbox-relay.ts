/** Relays events from the outbox to the stream: after every change, and twice a second. */
import { CodedError } from '@nearby-friends/protocol';
import {
  type CancelTimer,
  type Clock,
  type Component,
  delay,
  type Logger,
  type ReadinessCheck,
} from '@nearby-friends/service-kit';
import { MAX_ROWS_PER_MOVE, type OutboxRepository, type OutboxTarget } from '../database/outbox-repository.ts';
import type { FriendGraphMetrics } from '../metrics/friend-graph-metrics.ts';
import type { GraphEventStream } from './graph-event-stream.ts';

/** Covers events of a replica that died between commit and relay. */
export const RELAY_INTERVAL_MS = 500;
/** Wait while another replica relays; about the duration of one batch. */
const BUSY_RETRY_MS = 10;
/** Maximum wait for another replica, ms; longer than a frozen one keeps its lock. */
const MAX_BUSY_MS = 8_000;
/** Wait between two looks for a replica that remembers the last relay. */
const UNKNOWN_RETRY_MS = 50;
/** Maximum wait for it, ms: it reconnects to Redis within 1 s and relays at its next tick. */
const MAX_UNKNOWN_MS = 3_000;
/** Maximum duration of one call to Redis. A batch that completes later is appended twice. */
const REDIS_TIMEOUT_MS = 3_000;

/**
 * Runs on every replica; one at a time relays. Rows leave in the order of their ids, at least once: rows that a killed
 * relay had appended and not deleted are relayed again, and gateways ignore versions they have seen.
 */
export class OutboxRelay implements Component {
  readonly name = 'outbox relay';
  readonly #outbox: OutboxRepository;
  readonly #stream: Pick<GraphEventStream, 'append' | 'mark' | 'replaceMark'>;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #metrics: FriendGraphMetrics;
  #cancelTimer: CancelTimer = () => undefined;
  #current: Promise<void> | null = null;
  #next: Promise<void> | null = null;
  #isFailing = false;
  #hasPassed = false;
  /** Until an epoch that is in doubt has begun, which takes positions from before off the lists. */
  readonly readiness: ReadinessCheck = {
    name: 'outbox',
    check: () => {
      if (!this.#hasPassed) throw new Error('whether the database was restored is not known yet');
    },
  };

  constructor(options: {
    outbox: OutboxRepository;
    stream: Pick<GraphEventStream, 'append' | 'mark' | 'replaceMark'>;
    clock: Clock;
    logger: Logger;
    metrics: FriendGraphMetrics;
  }) {
    this.#outbox = options.outbox;
    this.#stream = options.stream;
    this.#clock = options.clock;
    this.#logger = options.logger;
    this.#metrics = options.metrics;
  }

  /** Relays at once: whether the database was restored while no replica ran is found out with that. */
  start(): void {
    this.trigger();
    this.#cancelTimer = this.#clock.every(RELAY_INTERVAL_MS, () => void this.#tick());
  }

  /** Another replica relays what is still in the outbox afterwards, or this one after its restart. */
  async drain(): Promise<void> {
    this.#cancelTimer();
    await this.flush().catch(() => undefined);
  }

  /** Starts a relay without waiting for it; the timer retries failures. */
  trigger(): void {
    this.flush().catch(() => undefined);
  }

  /**
   * Resolves when everything committed before this call is on the stream, whichever replica relayed it. Rejects while
   * PostgreSQL or Redis is unavailable. Concurrent callers share one pass.
   */
  flush(): Promise<void> {
    this.#next ??= this.#passAfterCurrent();
    return this.#next;
  }

  async #passAfterCurrent(): Promise<void> {
    // The current pass may have read the outbox before the caller's change was committed.
    await this.#current?.catch(() => undefined);
    this.#current = this.#next;
    this.#next = null;
    try {
      await this.#pass();
      this.#reportRecovery();
    } catch (error) {
      this.#reportFailure(error);
      throw error;
    } finally {
      // After a failure too: Redis may stay full, and everything but revocations works.
      this.#hasPassed = true;
    }
  }

  async #pass(): Promise<void> {
    const startedAt = this.#clock.now();
    let hasRestored = false;
    let unknownSince: number | null = null;
    for (;;) {
      const mayDoubt = unknownSince !== null && this.#clock.now() - unknownSince >= MAX_UNKNOWN_MS;
      const outcome = await this.#outbox.move(this.#target, { mayDoubt });
      if (outcome.kind === 'restored') {
        // The next move continues the new epoch, unless the database was restored once more.
        if (hasRestored) throw new Error('the database does not keep its epoch');
        hasRestored = true;
        this.#metrics.databaseRestores.inc();
        this.#logger.warn({}, 'the database was restored, all rights are re-read');
      } else if (outcome.kind === 'moved') {
        this.#metrics.outboxRelayed.inc(outcome.count);
        if (outcome.count < MAX_ROWS_PER_MOVE) return;
      } else if (outcome.kind === 'unknown') {
        unknownSince ??= this.#clock.now();
        await delay(this.#clock, UNKNOWN_RETRY_MS);
      } else {
        if (this.#clock.now() - startedAt >= MAX_BUSY_MS) throw new Error('another replica is still relaying');
        await delay(this.#clock, BUSY_RETRY_MS);
      }
    }
  }

  readonly #target: OutboxTarget = {
    append: (payloads) => this.#inTime(() => this.#stream.append(payloads)),
    mark: () => this.#inTime(() => this.#stream.mark()),
    replaceMark: (previous, next) => this.#inTime(() => this.#stream.replaceMark(previous, next)),
  };

  async #inTime<T>(call: () => Promise<T>): Promise<T> {
    let cancel: CancelTimer = () => undefined;
    const timeout = new Promise<never>((_, reject) => {
      cancel = this.#clock.after(REDIS_TIMEOUT_MS, () => reject(new Error('Redis did not respond in time')));
    });
    try {
      return await Promise.race([call(), timeout]);
    } catch (error) {
      throw new CodedError('unavailable', 'The event stream is unavailable. Try again in a moment.', { cause: error });
    } finally {
      cancel();
    }
  }

  async #tick(): Promise<void> {
    try {
      const { rows, oldestSeconds, isPastUnknown } = await this.#outbox.backlog();
      this.#metrics.outbox.rows = rows;
      this.#metrics.outbox.oldestSeconds = oldestSeconds;
      // A Redis that has lost its memory is reminded at once, while a replica still knows what it forgot.
      if (rows > 0 || isPastUnknown || !(await this.#outbox.isRemembered(this.#target))) this.trigger();
      else this.#reportRecovery();
    } catch (error) {
      this.#reportFailure(error);
    }
  }

  /** Logs the first failure only, not one per tick. */
  #reportFailure(error: unknown): void {
    if (this.#isFailing) return;
    this.#isFailing = true;
    this.#logger.warn({ error }, 'outbox relay failing');
  }

  #reportRecovery(): void {
    if (this.#isFailing) this.#logger.info('outbox relay recovered');
    this.#isFailing = false;
  }
}
