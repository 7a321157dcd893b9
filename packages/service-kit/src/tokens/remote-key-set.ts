/** The public keys that tokens are verified with, fetched from a JWKS URL and kept while that URL is unavailable. */
import { CodedError } from '@nearby-friends/protocol';
import { createRemoteJWKSet, errors, type JWTVerifyGetKey } from 'jose';
import type { Clock } from '../clock/clock.ts';
import type { Logger } from '../logging/logger.ts';

/** Keys older than this are fetched again, ms. While the URL is available, a withdrawn key is accepted for this long. */
export const KEYS_FRESH_MS = 300_000;
/** Minimum time between two fetches for unknown key ids, ms: tokens may name any key. */
export const KEY_SEARCH_PAUSE_MS = 30_000;
/** Minimum time between two fetches as long as none has succeeded, ms. */
export const FIRST_FETCH_PAUSE_MS = 1_000;
const FETCH_TIMEOUT_MS = 5_000;

/**
 * jose fetches and selects the keys; this class decides when to fetch, because jose rejects known keys once they are
 * older than its maximum age (no stale-if-error) and retries a failing URL for every token.
 *
 * Keys are fetched with the first token. When they are {@link KEYS_FRESH_MS} old, they are fetched in the background.
 * A token with an unknown key id waits for a fetch. When a fetch fails, known keys remain valid, and only a token that
 * needs other keys cannot be verified.
 */
export class RemoteKeySet {
  readonly #keys: ReturnType<typeof createRemoteJWKSet>;
  readonly #clock: Clock;
  readonly #logger: Logger;
  #fetchedAt: number | null = null;
  /** Of the last fetch; null when it succeeded. */
  #failedAt: number | null = null;
  #searchedAt: number | null = null;

  constructor(options: { url: string; clock: Clock; logger: Logger }) {
    this.#keys = createRemoteJWKSet(new URL(options.url), {
      timeoutDuration: FETCH_TIMEOUT_MS,
      // Never fetches by itself after the first time.
      cacheMaxAge: Number.POSITIVE_INFINITY,
      cooldownDuration: Number.POSITIVE_INFINITY,
    });
    this.#clock = options.clock;
    this.#logger = options.logger;
  }

  /**
   * The key for a token with this header. Throws a `CodedError` `unavailable` when that cannot be decided now, and an
   * error of jose when there is no such key.
   */
  readonly keyFor: JWTVerifyGetKey = async (header, token) => {
    if (this.#fetchedAt === null) await this.#fetchFirst();
    else if (this.#clock.now() - this.#fetchedAt >= KEYS_FRESH_MS) this.#fetchInBackground();
    try {
      return await this.#keys(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
    }
    await this.#search();
    return await this.#keys(header, token);
  };

  async #fetchFirst(): Promise<void> {
    if (!this.#hasFailedWithin(FIRST_FETCH_PAUSE_MS)) await this.#fetch();
    if (this.#fetchedAt === null) throw keysUnavailable();
  }

  #fetchInBackground(): void {
    if (this.#hasFailedWithin(KEY_SEARCH_PAUSE_MS)) return;
    void this.#fetch();
  }

  /** Returns with newer keys if they may exist. */
  async #search(): Promise<void> {
    const now = this.#clock.now();
    const mayFetch = this.#searchedAt === null || now - this.#searchedAt >= KEY_SEARCH_PAUSE_MS;
    if (mayFetch) this.#searchedAt = now;
    if (mayFetch || this.#keys.reloading) await this.#fetch();
    if (this.#failedAt !== null) throw keysUnavailable();
  }

  #hasFailedWithin(ms: number): boolean {
    return this.#failedAt !== null && this.#clock.now() - this.#failedAt < ms;
  }

  /** Never rejects. Concurrent calls share one request. */
  async #fetch(): Promise<void> {
    try {
      await this.#keys.reload();
      if (this.#failedAt !== null) this.#logger.info('token keys fetched again');
      this.#fetchedAt = this.#clock.now();
      this.#failedAt = null;
    } catch (error) {
      if (this.#failedAt === null) this.#logger.warn({ error }, 'token keys cannot be fetched');
      this.#failedAt = this.#clock.now();
    }
  }
}

function keysUnavailable(): CodedError {
  return new CodedError('unavailable', 'Tokens cannot be verified now. Try again in a moment.');
}
