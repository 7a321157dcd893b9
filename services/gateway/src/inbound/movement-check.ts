/** Throttles viewers with implausible speed: positions in many places may serve to locate more than the own friends. */
import { distanceMeters } from '@nearby-friends/geo';
import type { Clock } from '@nearby-friends/service-kit';
import { RateLimit } from '@nearby-friends/service-kit';
import type { GatewayMetrics } from '../metrics/gateway-metrics.ts';
import type { Session } from '../viewer/session.ts';
import type { ThrottleSlice } from '../viewer/slices.ts';

/** This many implausible moves are tolerated, e.g. of a receiver without a fix; one is regained every 2 s. */
export const IMPLAUSIBLE_BURST = 30;
const REGAINED_PER_SECOND = 0.5;
/** Delayed position updates arrive together: two of them count as at least this far apart, ms. */
const MIN_INTERVAL_MS = 1_000;
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
    if (this.#maxSpeed === 0 || own === null) return;
    const seconds = Math.max(at - own.at, MIN_INTERVAL_MS) / 1000;
    if (distanceMeters(own.lat, own.lng, lat, lng) <= this.#maxSpeed * seconds) return;
    this.#metrics.implausibleMovements.inc();
    const now = this.#clock.now();
    let tolerated = this.#tolerated.get(session);
    if (!tolerated) {
      tolerated = new RateLimit({ perSecond: REGAINED_PER_SECOND, burst: IMPLAUSIBLE_BURST, now });
      this.#tolerated.set(session, tolerated);
    }
    if (!tolerated.take(now)) session.throttledUntil = now + THROTTLED_FOR_MS;
  }
}
