/** Notices viewers who move as nobody can: whoever looks from many places may be after more than their friends. */
import { distanceMeters } from '@nearby-friends/geo';
import type { Clock } from '@nearby-friends/service-kit';
import type { GatewayMetrics } from '../metrics/gateway-metrics.ts';
import type { Session } from '../viewer/session.ts';
import { RateLimit } from './rate-limit.ts';

/** So many such moves are forgiven, e.g. to a receiver that loses its way; one is regained every 2 s. */
export const IMPLAUSIBLE_BURST = 30;
const REGAINED_PER_SECOND = 0.5;
/** Reports that were held up come together: what lies between two is taken to have lasted this long at least, ms. */
const SHORTEST_INTERVAL_MS = 1_000;
/** How long a list is slowed after the last move that was not forgiven, ms. */
export const SLOWED_FOR_MS = 10_000;

export class MovementCheck {
  readonly #maxSpeed: number;
  readonly #clock: Clock;
  readonly #metrics: GatewayMetrics;
  readonly #forgiven = new WeakMap<Session, RateLimit>();

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
   * To be called before a session moves to a place (degrees) at `at`, ms by the server's clock. The position counts as
   * ever; too many implausible moves slow the session's list.
   */
  look(session: Session, lat: number, lng: number, at: number): void {
    const { own } = session;
    if (this.#maxSpeed === 0 || own === null) return;
    const seconds = Math.max(at - own.at, SHORTEST_INTERVAL_MS) / 1000;
    if (distanceMeters(own.lat, own.lng, lat, lng) <= this.#maxSpeed * seconds) return;
    this.#metrics.implausibleMovements.inc();
    const now = this.#clock.now();
    let forgiven = this.#forgiven.get(session);
    if (!forgiven) {
      forgiven = new RateLimit({ perSecond: REGAINED_PER_SECOND, burst: IMPLAUSIBLE_BURST, now });
      this.#forgiven.set(session, forgiven);
    }
    if (!forgiven.take(now)) session.throttledUntil = now + SLOWED_FOR_MS;
  }
}
