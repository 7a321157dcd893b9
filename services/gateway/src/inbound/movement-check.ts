/** Throttles the lists of viewers who jump about. */
import { isPlausibleMove, TOLERATED_JUMPS } from '@nearby-friends/geo';
import type { Clock } from '@nearby-friends/service-kit';
import { RateLimit } from '@nearby-friends/service-kit';
import type { GatewayMetrics } from '../metrics/gateway-metrics.ts';
import type { Session } from '../viewer/session.ts';
import type { ThrottleSlice } from '../viewer/slices.ts';

/** How long a list is throttled after the last move that was not tolerated, ms. */
export const THROTTLED_FOR_MS = 10_000;

export class MovementCheck {
  readonly #maxSpeed: number;
  readonly #clock: Clock;
  readonly #metrics: GatewayMetrics;
  readonly #tolerated = new WeakMap<Session, RateLimit>();

  constructor(options: {
    /** m/s; 0 switches the check off. */
    maxSpeed: number;
    clock: Clock;
    metrics: GatewayMetrics;
  }) {
    this.#maxSpeed = options.maxSpeed;
    this.#clock = options.clock;
    this.#metrics = options.metrics;
  }

  /**
   * Call it before a session moves to a place (degrees) at `at`, ms on Redis' clock. The position is accepted in any case;
   * too many implausible moves throttle the session's list.
   */
  check(session: Session & ThrottleSlice, lat: number, lng: number, at: number): void {
    const { own } = session;
    if (own === null || isPlausibleMove(own, { lat, lng, at }, this.#maxSpeed)) return;
    this.#metrics.implausibleMovements.inc();
    const now = this.#clock.now();
    let tolerated = this.#tolerated.get(session);
    if (!tolerated) {
      tolerated = new RateLimit({ ...TOLERATED_JUMPS, now });
      this.#tolerated.set(session, tolerated);
    }
    if (!tolerated.take(now)) session.throttledUntil = now + THROTTLED_FOR_MS;
  }
}
