/** Proves that PostgreSQL takes writes: after a fail-over a connection may still read, from a server that is demoted. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '@nearby-friends/service-kit';
import type { DatabaseClient } from './database.ts';

/** One write serves everybody who asks within this time. */
const PROOF_VALID_MS = 1_000;
const RETRY_MS = 500;
const ROW_ID = 1;

export class WriteProbe {
  readonly #client: DatabaseClient;
  readonly #logger: Logger;
  #latest: { readonly proof: Promise<void>; readonly at: number } | null = null;
  #stopped = false;
  #hasSucceeded = false;

  constructor(options: { client: DatabaseClient; logger: Logger }) {
    this.#client = options.client;
    this.#logger = options.logger;
  }

  /** Whether the last write that has ended was taken. */
  get hasSucceeded(): boolean {
    return this.#hasSucceeded;
  }

  /** Rejects when PostgreSQL does not take a write; the answer may be a second old. */
  check(): Promise<void> {
    const now = performance.now();
    if (!this.#latest || now - this.#latest.at >= PROOF_VALID_MS) this.#latest = { proof: this.#write(), at: now };
    return this.#latest.proof;
  }

  /** Resolves once a write has succeeded, or {@link stop} was called; says once that it waits. */
  async whenWritable(): Promise<void> {
    for (let attempt = 0; !this.#stopped; attempt++) {
      try {
        return await this.#write();
      } catch (error) {
        if (attempt === 0) this.#logger.warn({ error }, 'waiting for PostgreSQL; if it runs, is the schema migrated?');
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
