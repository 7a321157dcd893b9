/** The timers of a friend board: positions that expire, rights that end, and places on the grid that change. */
import type { GridSchedule } from '@nearby-friends/geo';
import type { PositionRecord } from '@nearby-friends/protocol';
import type { CancelTimer, Clock } from '@nearby-friends/service-kit';
import type { Subject, Watch } from '../viewer/session.ts';
import { TimerWheel } from './timer-wheel.ts';

/** Expired positions, grants and pauses are noticed at most this late (S5 allows a second). */
const WHEEL_TICK_MS = 250;

/**
 * A position expires by its own timestamp and lifetime against Redis' clock, never by an expiry event. A subject is on the wheel
 * once, at the tick its position would expire; if a newer one has arrived by then it is scheduled again, so an arriving
 * position costs the wheel nothing, unless it expires before the known one. Grants and pauses with an end time have a wheel of their own; most have none.
 */
export class BoardTimers {
  readonly #ttlMs: number;
  readonly #redisNow: () => number;
  readonly #gridSchedule: GridSchedule;
  readonly #expiries: TimerWheel<Subject>;
  readonly #endings: TimerWheel<Watch | Subject>;
  /** Friends with a position that approximate viewers see from their schedule's next slot on. */
  readonly #grids: TimerWheel<Subject>;

  constructor(options: { ttlMs: number; redisNow: () => number; gridSchedule: GridSchedule }) {
    this.#ttlMs = options.ttlMs;
    this.#redisNow = options.redisNow;
    this.#gridSchedule = options.gridSchedule;
    const wheel = { tickMs: WHEEL_TICK_MS, now: options.redisNow };
    this.#expiries = new TimerWheel(wheel);
    this.#endings = new TimerWheel(wheel);
    this.#grids = new TimerWheel(wheel);
  }

  /** Calls back at each time that has come, until the returned function is called. */
  start(
    clock: Clock,
    on: {
      /** The newest known position may have expired; a newer one may have arrived since it was scheduled. */
      expiry(subject: Subject): void;
      end(item: Watch | Subject): void;
      gridChange(subject: Subject): void;
    },
  ): CancelTimer {
    return clock.every(WHEEL_TICK_MS, () => {
      this.#expiries.advance((subject) => on.expiry(subject));
      this.#endings.advance((item) => on.end(item));
      this.#grids.advance((subject) => on.gridChange(subject));
    });
  }

  get expiringPositions(): number {
    return this.#expiries.size;
  }

  get timedRights(): number {
    return this.#endings.size;
  }

  isExpired(record: PositionRecord): boolean {
    return this.#endOf(record) <= this.#redisNow();
  }

  /** The position will expire. Costs nothing where an earlier time is scheduled: that of this one is checked then. */
  expectExpiry(subject: Subject, record: PositionRecord): void {
    this.#expiries.scheduleBy(subject, this.#endOf(record));
  }

  /** What approximate viewers see may change at the next slot; costs nothing where none has seen the subject. */
  expectGridChange(subject: Subject): void {
    if (subject.gridPlace !== null && !this.#grids.has(subject)) {
      this.#grids.schedule(subject, this.#gridSchedule.nextChange(subject.user));
    }
  }

  /** In place of any other time: the position will expire. */
  scheduleExpiry(subject: Subject, record: PositionRecord): void {
    this.#expiries.schedule(subject, this.#endOf(record));
  }

  cancelExpiry(subject: Subject): void {
    this.#expiries.cancel(subject);
  }

  scheduleEnd(item: Watch | Subject, until: number | null): void {
    // An end in the past needs no timer: the caller considers the watch right away.
    if (until === null || until <= this.#redisNow()) this.#endings.cancel(item);
    else this.#endings.schedule(item, until);
  }

  cancelEnd(item: Watch): void {
    this.#endings.cancel(item);
  }

  /** Viewers come and go far more often than positions expire, so nothing of a subject stays until then. */
  forget(subject: Subject): void {
    this.#expiries.cancel(subject);
    this.#endings.cancel(subject);
    this.#grids.cancel(subject);
  }

  #endOf({ at, lifetimeMs = this.#ttlMs }: PositionRecord): number {
    return at + lifetimeMs;
  }
}
