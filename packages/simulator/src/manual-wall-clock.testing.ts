/** A wall clock that a test turns by hand. */
import type { WallClock } from './plain/wall-clock.ts';

interface Sleeper {
  readonly until: number;
  readonly wake: () => void;
}

export class ManualWallClock implements WallClock {
  #now = 0;
  #sleepers: Sleeper[] = [];

  now(): number {
    return this.#now;
  }

  pause(ms: number): Promise<void> {
    return new Promise((wake) => {
      this.#sleepers.push({ until: this.#now + ms, wake });
    });
  }

  /** Advances time by `ms`, and wakes due sleepers in order; each runs as far as it can. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    for (;;) {
      const due = this.#sleepers.filter(({ until }) => until <= end).sort((a, b) => a.until - b.until)[0];
      if (due === undefined) break;
      this.#sleepers = this.#sleepers.filter((sleeper) => sleeper !== due);
      this.#now = due.until;
      due.wake();
      await settled();
    }
    this.#now = end;
  }
}

/** Resolves after all pending microtasks and immediates. */
export function settled(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
