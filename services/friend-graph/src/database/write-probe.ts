/** Checks that PostgreSQL accepts writes: after a failover, a connection to the demoted primary still reads. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '@nearby-friends/service-kit';
import { describeFailure } from '../connection/describe-failure.ts';
import { SharedSessionError } from '../connection/own-session.ts';
import type { DatabaseClient } from './database-client.ts';

/** Callers within this time share one write. */
const PROBE_VALID_MS = 1_000;
const RETRY_MS = 500;
const ROW_ID = 1;

export class WriteProbe {
  readonly #client: DatabaseClient;
  readonly #logger: Logger;
  readonly #checkSession: () => Promise<void>;
  #latest: { readonly result: Promise<void>; readonly at: number } | null = null;
  #stopped = false;
  #hasSucceeded = false;

  /** `checkSession`: rejects while PostgreSQL cannot be reached, and with a `SharedSessionError` for good. */
  constructor(options: { client: DatabaseClient; logger: Logger; checkSession: () => Promise<void> }) {
    this.#client = options.client;
    this.#checkSession = options.checkSession;
    this.#logger = options.logger;
  }

  /** Whether the last finished write succeeded. */
  get hasSucceeded(): boolean {
    return this.#hasSucceeded;
  }

  /** Rejects, with the reason, if PostgreSQL does not accept a write; the result may be one second old. */
  check(): Promise<void> {
    const now = performance.now();
    if (!this.#latest || now - this.#latest.at >= PROBE_VALID_MS) this.#latest = { result: this.#write(), at: now };
    return this.#latest.result;
  }

  /**
   * Resolves once a write has succeeded or {@link stop} was called; logs each reason why it has not. Rejects with a
   * `SharedSessionError` where waiting is of no use.
   */
  async whenWritable(): Promise<void> {
    let lastReason = '';
    while (!this.#stopped) {
      try {
        await this.#checkSession();
        return await this.#write();
      } catch (error) {
        if (error instanceof SharedSessionError) throw error;
        const { reason, remedy } = describeFailure(error);
        if (reason !== lastReason) this.#logger.warn({ reason, remedy, error }, 'waiting for PostgreSQL');
        lastReason = reason;
        await delay(RETRY_MS);
      }
    }
  }

  stop(): void {
    this.#stopped = true;
  }

  async #write(): Promise<void> {
    const writtenAt = new Date();
    try {
      await this.#client.writeProbe.upsert({
        where: { id: ROW_ID },
        create: { id: ROW_ID, writtenAt },
        update: { writtenAt },
        select: { id: true },
      });
      this.#hasSucceeded = true;
    } catch (error) {
      this.#hasSucceeded = false;
      throw error;
    }
  }
}
