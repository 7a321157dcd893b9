/** Limits the reports of a device: nginx sees no secret in a body, and takes two spellings of a header for two devices. */
import { CodedError } from '@nearby-friends/protocol';
import { type Clock, RateLimit } from '@nearby-friends/service-kit';
import { LRUCache } from 'lru-cache';

/** As in nginx.conf. */
const PER_SECOND = 1;
const BURST = 120;
/** Some 200 bytes each. One that is forgotten has its burst again. */
const MAX_SECRETS = 50_000;

/** Each replica counts the reports that it gets. */
export class SecretLimit {
  readonly #clock: Clock;
  readonly #limits = new LRUCache<string, RateLimit>({ max: MAX_SECRETS });

  constructor(options: { clock: Clock }) {
    this.#clock = options.clock;
  }

  /** Throws `rate_limited`. */
  take(secretHash: string): void {
    const now = this.#clock.now();
    const limit = this.#limits.get(secretHash) ?? new RateLimit({ perSecond: PER_SECOND, burst: BURST, now });
    this.#limits.set(secretHash, limit);
    if (!limit.take(now)) throw new CodedError('rate_limited', 'This device reports too often. Try again later.');
  }
}
