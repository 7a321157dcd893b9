/** Notices devices that jump about. */
import { isPlausibleMove, type Place, TOLERATED_JUMPS } from '@nearby-friends/geo';
import type { UserId } from '@nearby-friends/protocol';
import { type Clock, RateLimit } from '@nearby-friends/service-kit';
import { LRUCache } from 'lru-cache';
import type { IngestMetrics } from '../metrics/ingest-metrics.ts';

/** Some 200 bytes each. One that is forgotten has its burst again. */
const MAX_USERS = 50_000;

interface Movement extends Place {
  readonly tolerated: RateLimit;
  readonly at: number;
}

/** Each replica knows the moves that it was told of. */
export class Movements {
  readonly #maxSpeed: number;
  readonly #clock: Clock;
  readonly #metrics: Pick<IngestMetrics, 'implausibleMovements'>;
  readonly #users = new LRUCache<UserId, Movement>({ max: MAX_USERS });

  constructor(options: {
    /** m/s; 0 switches the check off. */
    maxSpeed: number;
    clock: Clock;
    metrics: Pick<IngestMetrics, 'implausibleMovements'>;
  }) {
    this.#maxSpeed = options.maxSpeed;
    this.#clock = options.clock;
    this.#metrics = options.metrics;
  }

  /** Whether the user may see friends from the place, which was recorded at `at` (ms). The position counts in any case. */
  isTolerated(user: UserId, { lat, lng }: Place, at: number): boolean {
    if (this.#maxSpeed === 0) return true;
    const now = this.#clock.now();
    const last = this.#users.get(user);
    const tolerated = last?.tolerated ?? new RateLimit({ ...TOLERATED_JUMPS, now });
    this.#users.set(user, { tolerated, lat, lng, at });
    if (last === undefined || isPlausibleMove(last, { lat, lng, at }, this.#maxSpeed)) return true;
    this.#metrics.implausibleMovements.inc();
    return tolerated.take(now);
  }
}
