/** Lets what is to be asked gather while earlier questions are under way: the busier it is, the larger the batches. */
import { AsyncResource } from 'node:async_hooks';
import type { CancelTimer, Clock } from '@nearby-friends/service-kit';

/**
 * With nothing under way a batch leaves after the gathering time; with `maxConcurrent` under way it waits for one of them
 * to end. So a rush of single questions becomes a few large ones, and a slow answerer is not asked ever more.
 */
export class BatchLimiter {
  readonly #clock: Clock;
  readonly #gatherMs: number;
  readonly #maxConcurrent: number;
  readonly #waiting = new Set<() => void>();
  #underWay = 0;

  constructor(options: { clock: Clock; gatherMs: number; maxConcurrent: number }) {
    this.#clock = options.clock;
    this.#gatherMs = options.gatherMs;
    this.#maxConcurrent = options.maxConcurrent;
  }

  /**
   * Calls `leave` once the gathering time is over and there is room; it is to call {@link run} before it returns.
   * The returned function calls it off. What departs belongs to the trace of whoever gathered first, not to that of the
   * batch whose end makes room.
   */
  schedule(leave: () => void): CancelTimer {
    const depart = AsyncResource.bind(leave);
    const cancelTimer = this.#clock.after(this.#gatherMs, () => {
      this.#waiting.add(depart);
      this.#letGo();
    });
    return () => {
      cancelTimer();
      this.#waiting.delete(depart);
    };
  }

  /** Counts `work` as under way until it settles. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    this.#underWay++;
    try {
      return await work();
    } finally {
      this.#underWay--;
      this.#letGo();
    }
  }

  #letGo(): void {
    for (const depart of this.#waiting) {
      if (this.#underWay >= this.#maxConcurrent) return;
      this.#waiting.delete(depart);
      depart();
    }
  }
}
