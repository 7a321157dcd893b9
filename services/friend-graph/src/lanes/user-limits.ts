/** Limits what one user may request of this replica, so that the database's connections are left for all others. */
import { CodedError, type UserId } from '@nearby-friends/protocol';
import pLimit, { type LimitFunction } from 'p-limit';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { FriendGraphMetrics } from '../metrics/friend-graph-metrics.ts';

const WINDOW_SECONDS = 60;
/** What may wait for one user beyond what is in progress. */
const MAX_WAITING = 64;
/** Enough for some of those that wait to finish. */
const RETRY_AFTER_CROWD_SECONDS = 1;

/** `rate_limited`, with the time after which a retry makes sense. */
export class TooManyRequestsError extends CodedError {
  readonly retryAfterSeconds: number;

  constructor(message: string, retryAfterSeconds: number) {
    super('rate_limited', message);
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/**
 * Each user has a lane of a few requests in progress; more wait in the lane, in order. So one user's queue stands in no
 * other user's way: at the pool of the database, a user never has more requests than the lane is wide.
 */
export class UserLimits {
  readonly #maxConcurrent: number;
  readonly #rate: RateLimiterMemory;
  readonly #metrics: Pick<FriendGraphMetrics, 'requestsLimited'>;
  readonly #lanes = new Map<UserId, LimitFunction>();

  constructor(options: {
    requestsPerMinute: number;
    maxConcurrent: number;
    metrics: Pick<FriendGraphMetrics, 'requestsLimited'>;
  }) {
    this.#maxConcurrent = options.maxConcurrent;
    this.#rate = new RateLimiterMemory({ points: options.requestsPerMinute, duration: WINDOW_SECONDS });
    this.#metrics = options.metrics;
  }

  /** Users with a request in progress. */
  get users(): number {
    return this.#lanes.size;
  }

  /** Does `work` as one request of `user`, when its turn has come. Throws {@link TooManyRequestsError}. */
  async run<T>(user: UserId, work: () => Promise<T>): Promise<T> {
    await this.#countRequest(user);
    const lane = this.#laneOf(user);
    if (lane.pendingCount >= MAX_WAITING) {
      this.#metrics.requestsLimited.inc({ limit: 'concurrency' });
      const message = `Too many requests at once. Wait for the responses; at most ${this.#maxConcurrent} are handled at a time.`;
      throw new TooManyRequestsError(message, RETRY_AFTER_CROWD_SECONDS);
    }
    try {
      return await lane(work);
    } finally {
      if (lane.activeCount + lane.pendingCount === 0) this.#lanes.delete(user);
    }
  }

  async #countRequest(user: UserId): Promise<void> {
    try {
      await this.#rate.consume(user);
    } catch (error) {
      if (!(error instanceof RateLimiterRes)) throw error;
      this.#metrics.requestsLimited.inc({ limit: 'rate' });
      const seconds = Math.ceil(error.msBeforeNext / 1000);
      throw new TooManyRequestsError(`Too many requests. Try again in ${seconds} s.`, seconds);
    }
  }

  #laneOf(user: UserId): LimitFunction {
    let lane = this.#lanes.get(user);
    if (!lane) {
      lane = pLimit(this.#maxConcurrent);
      this.#lanes.set(user, lane);
    }
    return lane;
  }
}
