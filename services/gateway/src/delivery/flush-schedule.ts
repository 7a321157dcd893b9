/** When each session is told: a flush interval after something first waited for it, and all of a tick together. */
import { prefetchDue } from '../viewer/cache-prefetch.ts';
import type { Session } from '../viewer/session.ts';

/**
 * The flush interval is divided into this many ticks: what waits is told at most one interval later, and those who are
 * told at the same tick are told back to back, which costs half (decision 8).
 */
export const TICKS_PER_INTERVAL = 20;

/** A session that is to be told soon was told at least this many ticks before: who flickers costs two messages an interval. */
export const TICKS_BETWEEN = TICKS_PER_INTERVAL / 2;

/** So many sessions, and what waits for them, stay in a processor's cache until they are told. */
export const FETCHED_AT_ONCE = 64;

/**
 * A session waits from the moment in which something first waits for it, and not for a turn of its own: on average as
 * many things are told together then as a fixed turn would only tell with an interval that is longer at its worst.
 */
export class FlushSchedule {
  readonly #due: Session[][] = Array.from({ length: TICKS_PER_INTERVAL + 1 }, () => []);
  #tick = 0;

  /** Has the session told in time: within an interval. */
  put(session: Session): void {
    if (session.dueTick === null) this.#putAt(session, this.#tick + TICKS_PER_INTERVAL);
  }

  /** Has it told at the next tick, or as soon after that as half an interval has passed since it was told last. */
  scheduleUrgent(session: Session): void {
    const tick = Math.max(this.#tick + 1, session.lastFlushTick + TICKS_BETWEEN);
    // Where it stood before it is passed over.
    if (session.dueTick === null || tick < session.dueTick) this.#putAt(session, tick);
  }

  /** Calls up the sessions whose tick has come, each once; they are off the schedule by then. */
  turn(onDue: (session: Session) => void): void {
    this.#tick++;
    this.#callUp(this.#tick, onDue);
  }

  /** Calls up everybody who waits, whose tick has come or not. */
  callUpAll(onDue: (session: Session) => void): void {
    for (let ahead = 1; ahead <= TICKS_PER_INTERVAL; ahead++) this.#callUp(this.#tick + ahead, onDue);
  }

  /** A large number for one that never was. */
  ticksSinceFlush(session: Session): number {
    return this.#tick - session.lastFlushTick;
  }

  /** The session has just been told. */
  told(session: Session): void {
    session.lastFlushTick = this.#tick;
  }

  #callUp(tick: number, onDue: (session: Session) => void): void {
    const place = tick % this.#due.length;
    const sessions = this.#due[place];
    if (!sessions || sessions.length === 0) return;
    this.#due[place] = [];
    for (let from = 0; from < sessions.length; from += FETCHED_AT_ONCE) {
      const to = Math.min(from + FETCHED_AT_ONCE, sessions.length);
      prefetchDue(sessions, from, to);
      for (let place = from; place < to; place++) {
        const session = sessions[place] as Session;
        if (session.dueTick !== tick) continue;
        session.dueTick = null;
        onDue(session);
      }
    }
  }

  #putAt(session: Session, tick: number): void {
    session.dueTick = tick;
    this.#due[tick % this.#due.length]?.push(session);
  }
}
