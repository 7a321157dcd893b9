/** Decides at which tick each session is flushed, so that all of a tick are flushed together. */
import { prefetchDue } from '../viewer/cache-prefetch.ts';
import type { Session } from '../viewer/session.ts';
import type { FlushSlice } from '../viewer/slices.ts';

/**
 * The flush interval is divided into this many ticks. Sessions of the same tick are flushed back to back, which costs half
 * as much (decision 8).
 */
export const TICKS_PER_INTERVAL = 20;

/** Minimum number of ticks between two flushes of a session: a friend who flickers costs two messages per interval. */
export const MIN_TICKS_BETWEEN_FLUSHES = TICKS_PER_INTERVAL / 2;

/** This many sessions and their pending watches stay in a processor's cache until they are flushed. */
export const PREFETCH_BATCH = 64;

/**
 * A session is due one interval after its first pending change, and not in a fixed turn: with the same worst case, on
 * average more changes are conflated.
 */
export class FlushSchedule {
  readonly #due: Session[][] = Array.from({ length: TICKS_PER_INTERVAL + 1 }, () => []);
  #tick = 0;

  /** The session is flushed within an interval. */
  schedule(session: Session): void {
    if (session.dueTick === null) this.#scheduleAt(session, this.#tick + TICKS_PER_INTERVAL);
  }

  /** The session is flushed at the next tick, or as soon as half an interval has passed since its last flush. */
  scheduleUrgent(session: Session): void {
    const tick = Math.max(this.#tick + 1, session.lastFlushTick + MIN_TICKS_BETWEEN_FLUSHES);
    // An entry at a later tick remains; it is skipped because `dueTick` differs.
    if (session.dueTick === null || tick < session.dueTick) this.#scheduleAt(session, tick);
  }

  /** Goes on by one tick and passes each session that is due to `onDue`, once; it is off the schedule by then. */
  advance(onDue: (session: Session) => void): void {
    this.#tick++;
    this.#dispatch(this.#tick, onDue);
  }

  /** Passes all scheduled sessions to `onDue`, due or not. */
  dispatchAll(onDue: (session: Session) => void): void {
    for (let ahead = 1; ahead <= TICKS_PER_INTERVAL; ahead++) this.#dispatch(this.#tick + ahead, onDue);
  }

  /** A large number for a session that has never been flushed. */
  ticksSinceFlush(session: Session): number {
    return this.#tick - session.lastFlushTick;
  }

  markFlushed(session: FlushSlice): void {
    session.lastFlushTick = this.#tick;
  }

  #dispatch(tick: number, onDue: (session: Session) => void): void {
    const bucket = tick % this.#due.length;
    const sessions = this.#due[bucket];
    if (!sessions || sessions.length === 0) return;
    this.#due[bucket] = [];
    for (let from = 0; from < sessions.length; from += PREFETCH_BATCH) {
      const to = Math.min(from + PREFETCH_BATCH, sessions.length);
      prefetchDue(sessions, from, to);
      for (let place = from; place < to; place++) {
        const session = sessions[place] as Session & FlushSlice;
        if (session.dueTick !== tick) continue;
        session.dueTick = null;
        onDue(session);
      }
    }
  }

  #scheduleAt(session: Session & FlushSlice, tick: number): void {
    session.dueTick = tick;
    this.#due[tick % this.#due.length]?.push(session);
  }
}
