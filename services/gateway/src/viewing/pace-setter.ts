/** Tells the device that shares a user's position to report fast while a friend looks. */
import { PACE_SET } from '@nearby-friends/protocol';
import type { Clock } from '@nearby-friends/service-kit';
import type { GatewayMetrics } from '../metrics/gateway-metrics.ts';
import type { Session } from '../viewer/session.ts';

export const FAST_EVERY_MS = 3_000;
/** How long one ask holds: longer than the time to the next, so that the pace does not change to and fro. */
export const FAST_FOR_MS = 60_000;
/** A pace that still holds for longer than this is not set again. */
const RENEWED_BELOW_MS = 40_000;
/** The beginnings are spread, so that friends whom one page shows do not begin at once. */
export const START_SPREAD_MS = 3_500;
/** A phone below this state of charge reports as ever. */
const MIN_BATTERY = 0.2;

export class PaceSetter {
  readonly #redisNow: () => number;
  readonly #metrics: Pick<GatewayMetrics, 'pacesSet'>;
  readonly #clock: Clock;
  readonly #random: () => number;
  /** Until when the client of a session reports fast, ms on the process clock, from the moment the pace is on its way. */
  readonly #fastUntil = new WeakMap<Session, number>();

  constructor(options: {
    redisNow: () => number;
    metrics: Pick<GatewayMetrics, 'pacesSet'>;
    clock: Clock;
    /** 0 ≤ x < 1. */
    random: () => number;
  }) {
    this.#redisNow = options.redisNow;
    this.#metrics = options.metrics;
    this.#clock = options.clock;
    this.#random = options.random;
  }

  /** A friend looks at the user of this session. */
  viewed(session: Session): void {
    const now = this.#clock.now();
    const left = (this.#fastUntil.get(session) ?? 0) - now;
    if (left > RENEWED_BELOW_MS || !isWilling(session)) return;
    const delayMs = left > 0 ? 0 : Math.floor(this.#random() * START_SPREAD_MS);
    this.#fastUntil.set(session, now + delayMs + FAST_FOR_MS);
    if (delayMs === 0) this.#set(session);
    else this.#clock.after(delayMs, () => this.#set(session));
  }

  #set(session: Session): void {
    // At most once: a client that does not read is asked again by the next look.
    if (session.isClosed || !session.transport.isWritable()) return;
    this.#metrics.pacesSet.inc();
    session.transport.send(PACE_SET, {
      everyMs: FAST_EVERY_MS,
      until: Math.round(this.#redisNow()) + FAST_FOR_MS,
    });
  }
}

function isWilling({ isSharing, phase }: Session): boolean {
  if (isSharing !== true || phase.kind === 'waiting' || phase.kind === 'closed') return false;
  const { battery } = phase.report;
  // Phones send a share or a percentage.
  return battery === undefined || (battery > 1 ? battery / 100 : battery) >= MIN_BATTERY;
}
