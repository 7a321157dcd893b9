/** A token bucket: limits the average rate of events and the size of a burst. */

export interface RateLimitOptions {
  readonly perSecond: number;
  readonly burst: number;
}

export class RateLimit {
  readonly #perMs: number;
  readonly #burst: number;
  #tokens: number;
  #at: number;

  constructor(options: RateLimitOptions & { now: number }) {
    this.#perMs = options.perSecond / 1000;
    this.#burst = options.burst;
    this.#tokens = options.burst;
    this.#at = options.now;
  }

  /** Returns whether one more event, or `amount` of them, is allowed at `now` (ms). What is refused takes no token. */
  take(now: number, amount = 1): boolean {
    this.#tokens = Math.min(this.#burst, this.#tokens + (now - this.#at) * this.#perMs);
    this.#at = now;
    if (this.#tokens < amount) return false;
    this.#tokens -= amount;
    return true;
  }

  /** Until one event is allowed, if none was taken meanwhile, ms. */
  msUntilNext(now: number): number {
    const tokens = Math.min(this.#burst, this.#tokens + (now - this.#at) * this.#perMs);
    return Math.max(0, Math.ceil((1 - tokens) / this.#perMs));
  }
}
