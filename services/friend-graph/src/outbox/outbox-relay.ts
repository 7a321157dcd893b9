/** Brings what is in the outbox to the stream: after every change at once, and otherwise twice a second. */
import { CodedError } from '@nearby-friends/protocol';
import { type CancelTimer, type Clock, type Component, delay, type Logger } from '@nearby-friends/service-kit';
import type { FriendGraphMetrics } from '../metrics/friend-graph-metrics.ts';
import type { GraphEventStream } from './graph-event-stream.ts';
import { MAX_ROWS_AT_ONCE, type OutboxRepository } from './outbox-repository.ts';

/** For what a replica has committed and died before it relayed it. */
export const RELAY_INTERVAL_MS = 500;
/** Another replica is at it: look again after this time. It needs about as long for one batch. */
const BUSY_RETRY_MS = 10;
/** How long another replica may be at it before whoever waits here is told, ms; more than a frozen one keeps its lock. */
const MAX_BUSY_MS = 8_000;
/** How long Redis may take for one batch. What it takes later is there twice. */
const APPEND_TIMEOUT_MS = 3_000;

/**
 * Every replica has one; one at a time works. Rows leave in the order of their ids, at least once: what a killed relay
 * had appended and not yet deleted comes again, and gateways go by the version.
 */
export class OutboxRelay implements Component {
  readonly name = 'outbox relay';
  readonly #outbox: OutboxRepository;
  readonly #stream: Pick<GraphEventStream, 'append'>;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #metrics: FriendGraphMetrics;
  #cancelTimer: CancelTimer = () => undefined;
  #current: Promise<void> | null = null;
  #next: Promise<void> | null = null;
  #isFailing = false;

  constructor(options: {
    outbox: OutboxRepository;
    stream: Pick<GraphEventStream, 'append'>;
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

  start(): void {
    this.#cancelTimer = this.#clock.every(RELAY_INTERVAL_MS, () => void this.#tick());
  }

  /** What is still in the outbox afterwards another replica relays, or this one when it is back. */
  async drain(): Promise<void> {
    this.#cancelTimer();
    await this.flush().catch(() => undefined);
  }

  /** Relays soon; nobody waits for it, and what fails is tried again by the timer. */
  trigger(): void {
    this.flush().catch(() => undefined);
  }

  /**
   * Resolves when everything that was committed before this call is on the stream, whichever replica has brought it
   * there. Rejects when PostgreSQL or Redis do not let it. Callers at the same time share one pass.
   */
  flush(): Promise<void> {
    this.#next ??= this.#passAfterTheCurrentOne();
    return this.#next;
  }

  async #passAfterTheCurrentOne(): Promise<void> {
    // The one under way may have read the outbox before the caller's change was committed.
    await this.#current?.catch(() => undefined);
    this.#current = this.#next;
    this.#next = null;
    try {
      await this.#pass();
      if (this.#isFailing) this.#logger.info('changes are relayed again');
      this.#isFailing = false;
    } catch (error) {
      this.#sayThatItFails(error);
      throw error;
    }
  }

  async #pass(): Promise<void> {
    const startedAt = this.#clock.now();
    for (;;) {
      const outcome = await this.#outbox.move((payloads) => this.#append(payloads));
      if (outcome.kind === 'moved') {
        this.#metrics.outboxRelayed.inc(outcome.count);
        if (outcome.count < MAX_ROWS_AT_ONCE) return;
      } else {
        if (this.#clock.now() - startedAt >= MAX_BUSY_MS) throw new Error('another replica is still relaying');
        await delay(this.#clock, BUSY_RETRY_MS);
      }
    }
  }

  async #append(payloads: readonly Buffer[]): Promise<void> {
    let cancel: CancelTimer = () => undefined;
    const tooLate = new Promise<never>((_, reject) => {
      cancel = this.#clock.after(APPEND_TIMEOUT_MS, () => reject(new Error('no answer in time')));
    });
    try {
      await Promise.race([this.#stream.append(payloads), tooLate]);
    } catch (error) {
      throw new CodedError('unavailable', 'The event stream does not answer just now.', { cause: error });
    } finally {
      cancel();
    }
  }

  async #tick(): Promise<void> {
    try {
      const { rows, oldestSeconds } = await this.#outbox.backlog();
      this.#metrics.outbox.rows = rows;
      this.#metrics.outbox.oldestSeconds = oldestSeconds;
      if (rows > 0) this.trigger();
    } catch (error) {
      this.#sayThatItFails(error);
    }
  }

  /** Once, not twice a second for as long as it lasts. */
  #sayThatItFails(error: unknown): void {
    if (this.#isFailing) return;
    this.#isFailing = true;
    this.#logger.warn({ error }, 'changes wait in the outbox; they are tried again until they are relayed');
  }
}
