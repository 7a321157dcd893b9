/** A clock for tests that stands still until it is advanced. */
import type { CancelTimer, Clock } from './clock.ts';

interface Alarm {
  at: number;
  readonly run: () => void;
  readonly every: number | null;
}

export class ManualClock implements Clock {
  #now: number;
  readonly #alarms = new Set<Alarm>();

  constructor(now = 1_700_000_000_000) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  after(ms: number, run: () => void): CancelTimer {
    return this.#set({ at: this.#now + ms, run, every: null });
  }

  every(ms: number, run: () => void): CancelTimer {
    return this.#set({ at: this.#now + ms, run, every: ms });
  }

  /** Advances time by `ms` and runs the timers that become due, in order. */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      let next: Alarm | undefined;
      for (const alarm of this.#alarms) if (alarm.at <= end && (!next || alarm.at < next.at)) next = alarm;
      if (!next) break;
      this.#now = next.at;
      if (next.every === null) this.#alarms.delete(next);
      else next.at += next.every;
      next.run();
    }
    this.#now = end;
  }

  /** Number of timers that are set. */
  get pending(): number {
    return this.#alarms.size;
  }

  #set(alarm: Alarm): CancelTimer {
    this.#alarms.add(alarm);
    return () => this.#alarms.delete(alarm);
  }
}
