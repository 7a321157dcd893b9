/** The public keys of whoever signs the tokens, read from a JWKS URL and kept while that host is away. */
import { CodedError } from '@nearby-friends/protocol';
import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import type { Clock } from '../clock/clock.ts';
import type { Logger } from '../logging/logger.ts';

/** A key that is withdrawn counts for at most this long, ms, while the host answers. */
export const KEYS_FRESH_MS = 300_000;
/** Tokens may name any key, so they cause at most one reading per this time, ms: a new key counts after it at the latest. */
export const KEY_SEARCH_PAUSE_MS = 30_000;
/** As long as there are no keys at all, the host is asked again after this time, ms. */
export const FIRST_READ_PAUSE_MS = 1_000;
const READ_TIMEOUT_MS = 5_000;

interface KnownKeys {
  readonly select: JWTVerifyGetKey;
  /** Monotonic ms. */
  readonly readAt: number;
}

/**
 * Nothing is read before the first token comes. From then on a token is judged by the keys at hand; they are read again
 * behind its back when they are {@link KEYS_FRESH_MS} old, and while it waits when it names a key that is not among
 * them. A host that does not answer takes nothing away: what is known stays, and only a token that needs more than that
 * cannot be judged.
 */
export class RemoteKeySet {
  readonly #url: string;
  readonly #clock: Clock;
  readonly #logger: Logger;
  #known: KnownKeys | null = null;
  #reading: Promise<void> | null = null;
  #readFailedAt: number | null = null;
  #searchedAt: number | null = null;

  constructor(options: { url: string; clock: Clock; logger: Logger }) {
    this.#url = options.url;
    this.#clock = options.clock;
    this.#logger = options.logger;
  }

  /**
   * The key for a token with this header. Throws `CodedError` `unavailable` when that cannot be told now, and an error
   * of jose when there is none.
   */
  readonly keyFor: JWTVerifyGetKey = async (header, token) => {
    const known = this.#known ?? (await this.#readFirst());
    this.#refreshBehind(known);
    try {
      return await known.select(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
    }
    const newer = await this.#search(known);
    return await newer.select(header, token);
  };

  async #readFirst(): Promise<KnownKeys> {
    if (!this.#hasFailedWithin(FIRST_READ_PAUSE_MS)) await this.#read();
    return this.#known ?? cannotJudge();
  }

  #refreshBehind({ readAt }: KnownKeys): void {
    if (this.#clock.now() - readAt < KEYS_FRESH_MS || this.#hasFailedWithin(KEY_SEARCH_PAUSE_MS)) return;
    this.#read().catch((error: unknown) => this.#logger.error({ error }, 'reading the keys failed unexpectedly'));
  }

  /** Newer keys than `known`, or the same when there can be none. */
  async #search(known: KnownKeys): Promise<KnownKeys> {
    const now = this.#clock.now();
    const mayRead = this.#searchedAt === null || now - this.#searchedAt >= KEY_SEARCH_PAUSE_MS;
    if (mayRead || this.#reading) {
      if (mayRead) this.#searchedAt = now;
      await this.#read();
    }
    if (this.#readFailedAt !== null) cannotJudge();
    return this.#known ?? known;
  }

  #hasFailedWithin(ms: number): boolean {
    return this.#readFailedAt !== null && this.#clock.now() - this.#readFailedAt < ms;
  }

  /** Never rejects. Whoever comes meanwhile waits for the same reading. */
  #read(): Promise<void> {
    this.#reading ??= this.#fetch()
      .then(
        (select) => {
          if (this.#readFailedAt !== null) this.#logger.info('the keys that tokens are signed with are read again');
          this.#known = { select, readAt: this.#clock.now() };
          this.#readFailedAt = null;
        },
        (error: unknown) => {
          if (this.#readFailedAt === null) {
            this.#logger.warn(
              { error },
              'the keys that tokens are signed with cannot be read; those known still count',
            );
          }
          this.#readFailedAt = this.#clock.now();
        },
      )
      .finally(() => {
        this.#reading = null;
      });
    return this.#reading;
  }

  async #fetch(): Promise<JWTVerifyGetKey> {
    const response = await fetch(this.#url, {
      headers: { Accept: 'application/jwk-set+json, application/json' },
      redirect: 'error',
      signal: AbortSignal.timeout(READ_TIMEOUT_MS),
    });
    if (!response.ok) throw new Error(`the answer is ${response.status}`);
    return createLocalJWKSet((await response.json()) as JSONWebKeySet);
  }
}

function cannotJudge(): never {
  throw new CodedError('unavailable', 'Tokens cannot be checked just now. Try again in a moment.');
}
