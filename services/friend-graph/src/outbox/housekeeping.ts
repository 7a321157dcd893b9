/** Deletes data with a limited lifetime, at the start and once a minute. */
import type { CancelTimer, Clock, Component, Logger } from '@nearby-friends/service-kit';
import type { AlertNoticeRepository } from '../database/alert-notice-repository.ts';
import type { TokenRevocations } from '../database/token-revocations.ts';
import type { Withholdings } from '../database/withholdings.ts';
import type { GraphEventStream } from './graph-event-stream.ts';

export const HOUSEKEEPING_INTERVAL_MS = 60_000;

/** Runs on every replica; deleting twice is harmless. */
export class Housekeeping implements Component {
  readonly name = 'housekeeping';
  readonly #stream: Pick<GraphEventStream, 'trim'>;
  readonly #revocations: Pick<TokenRevocations, 'purge'>;
  readonly #withholdings: Pick<Withholdings, 'purge'>;
  readonly #alertNotices: Pick<AlertNoticeRepository, 'purge'>;
  readonly #tokenMaxLifetimeMs: number;
  readonly #clock: Clock;
  readonly #logger: Logger;
  #cancelTimer: CancelTimer = () => undefined;
  #current: Promise<void> = Promise.resolve();

  constructor(options: {
    stream: Pick<GraphEventStream, 'trim'>;
    revocations: Pick<TokenRevocations, 'purge'>;
    withholdings: Pick<Withholdings, 'purge'>;
    alertNotices: Pick<AlertNoticeRepository, 'purge'>;
    /** Maximum lifetime of a token: an older revocation applies to no valid token. */
    tokenMaxLifetimeMs: number;
    clock: Clock;
    logger: Logger;
  }) {
    this.#stream = options.stream;
    this.#revocations = options.revocations;
    this.#withholdings = options.withholdings;
    this.#alertNotices = options.alertNotices;
    this.#tokenMaxLifetimeMs = options.tokenMaxLifetimeMs;
    this.#clock = options.clock;
    this.#logger = options.logger;
  }

  /** Trims at once, so that the writer knows the stream early: a barrier requires that it has known it for a while. */
  start(): void {
    this.#current = this.#run();
    this.#cancelTimer = this.#clock.every(HOUSEKEEPING_INTERVAL_MS, () => {
      this.#current = this.#run();
    });
  }

  async drain(): Promise<void> {
    this.#cancelTimer();
    await this.#current;
  }

  async #run(): Promise<void> {
    const results = await Promise.allSettled([
      this.#stream.trim(),
      this.#revocations.purge(this.#clock.now() - this.#tokenMaxLifetimeMs),
      this.#withholdings.purge(),
      this.#alertNotices.purge(),
    ]);
    for (const result of results) {
      if (result.status === 'rejected') {
        const retryInMs = HOUSEKEEPING_INTERVAL_MS;
        this.#logger.warn({ error: result.reason, retryInMs }, 'housekeeping failed');
      }
    }
  }
}
