/** At the start and once a minute: drops what is kept for a time only. */
import type { CancelTimer, Clock, Component, Logger } from '@nearby-friends/service-kit';
import type { TokenRevocations } from '../database/token-revocations.ts';
import type { GraphEventStream } from './graph-event-stream.ts';

export const HOUSEKEEPING_INTERVAL_MS = 60_000;

/** Every replica does it; twice does no harm. */
export class Housekeeping implements Component {
  readonly name = 'housekeeping';
  readonly #stream: Pick<GraphEventStream, 'trim'>;
  readonly #revocations: Pick<TokenRevocations, 'purge'>;
  readonly #tokenMaxLifetimeMs: number;
  readonly #clock: Clock;
  readonly #logger: Logger;
  #cancelTimer: CancelTimer = () => undefined;
  #underWay: Promise<void> = Promise.resolve();

  constructor(options: {
    stream: Pick<GraphEventStream, 'trim'>;
    revocations: Pick<TokenRevocations, 'purge'>;
    /** No token lives longer, so that a revocation older than this voids nothing any more. */
    tokenMaxLifetimeMs: number;
    clock: Clock;
    logger: Logger;
  }) {
    this.#stream = options.stream;
    this.#revocations = options.revocations;
    this.#tokenMaxLifetimeMs = options.tokenMaxLifetimeMs;
    this.#clock = options.clock;
    this.#logger = options.logger;
  }

  /** The first time makes the stream known here early: whoever waits for a change to be in force has to know it for a while. */
  start(): void {
    this.#underWay = this.#run();
    this.#cancelTimer = this.#clock.every(HOUSEKEEPING_INTERVAL_MS, () => {
      this.#underWay = this.#run();
    });
  }

  async drain(): Promise<void> {
    this.#cancelTimer();
    await this.#underWay;
  }

  async #run(): Promise<void> {
    const results = await Promise.allSettled([
      this.#stream.trim(),
      this.#revocations.purge(this.#clock.now() - this.#tokenMaxLifetimeMs),
    ]);
    for (const result of results) {
      if (result.status === 'rejected') this.#logger.warn({ error: result.reason }, 'housekeeping waits a minute');
    }
  }
}
