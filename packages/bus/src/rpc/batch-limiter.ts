/** Collects requests into batches while earlier batches run: the higher the load, the larger the batches. */
import { AsyncResource } from 'node:async_hooks';
import type { CancelTimer, Clock } from '@nearby-friends/service-kit';

/**
 * With nothing active a batch starts after the collection time. With `maxConcurrent` batches active it waits until one
 * ends. A burst of single requests becomes a few large ones, and a slow service does not get ever more of them.
 */
export class BatchLimiter {
  readonly #clock: Clock;
  readonly #gatherMs: number;
  readonly #maxConcurrent: number;
  readonly #waiting = new Set<() => void>();
  #active = 0;

  constructor(options: {
    clock: Clock;
    /** How long a batch collects, ms. */
    gatherMs: number;
    maxConcurrent: number;
  }) {
    this.#clock = options.clock;
    this.#gatherMs = options.gatherMs;
    this.#maxConcurrent = options.maxConcurrent;
  }

  /**
   * Calls `start` once the collection time is over and a slot is free. `start` must call {@link run} before it returns.
   * The returned function cancels the call. `start` runs in the asynchronous context of this call, so the batch belongs
   * to the trace of its first request and not to that of the batch that freed the slot.
   */
  schedule(start: () => void): CancelTimer {
    const startInContext = AsyncResource.bind(start);
    const cancelTimer = this.#clock.after(this.#gatherMs, () => {
      this.#waiting.add(startInContext);
      this.#startWaiting();
    });
    return () => {
      cancelTimer();
      this.#waiting.delete(startInContext);
    };
  }

  /** Counts `work` as active until it settles. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    this.#active++;
    try {
      return await work();
    } finally {
      this.#active--;
      this.#startWaiting();
    }
  }

  #startWaiting(): void {
    for (const start of this.#waiting) {
      if (this.#active >= this.#maxConcurrent) return;
      this.#waiting.delete(start);
      start();
    }
  }
}
