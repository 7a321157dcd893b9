/** When what approximate viewers see of a friend may change, other than its cell: independent of how the friend moves. */
import { hashOfUser } from './approximate.ts';

/** Inside a cell a friend is sent at most once in this time, ms: over a minute, so that flushes do not make it less. */
export const GRID_PERIOD_MS = 62_000;
/** A shorter TTL has a shorter schedule: the time that is shown must not look expired. */
const PERIODS_PER_TTL = 9;

/**
 * Time is divided into slots, which begin at another time for each user and at the same on all gateways. During a slot
 * approximate viewers see the time at which the one before began, and during the next one the time at which this one began,
 * however often and when the friend reports: the rhythm of reports would tell the speed (decision 6).
 */
export class GridSchedule {
  readonly #periodMs: number;
  readonly #now: () => number;

  /** `now`: Redis' clock, ms. */
  constructor(options: { ttlMs: number; now: () => number }) {
    this.#periodMs = Math.min(GRID_PERIOD_MS, Math.ceil(options.ttlMs / PERIODS_PER_TTL));
    this.#now = options.now;
  }

  /** The time to show is earlier than that of the position by less than this, ms. */
  get maxLagMs(): number {
    return 2 * this.#periodMs;
  }

  /** The time to show for a position of the time `at`, ms: never later than `at`. */
  shownAt(user: string, at: number): number {
    const finished = this.#slotStart(user, this.#now()) - this.#periodMs;
    return Math.min(this.#slotStart(user, at), finished);
  }

  /** When the next slot begins, ms. */
  nextChange(user: string): number {
    return this.#slotStart(user, this.#now()) + this.#periodMs;
  }

  #slotStart(user: string, at: number): number {
    const phase = hashOfUser(user) % this.#periodMs;
    return Math.floor((at - phase) / this.#periodMs) * this.#periodMs + phase;
  }
}
