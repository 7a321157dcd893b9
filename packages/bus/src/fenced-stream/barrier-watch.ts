/** Waits, for any number of callers, until every follower has applied what the stream held at the time of the call. */
import { CodedError } from '@nearby-friends/protocol';
import { type Clock, delay } from '@nearby-friends/service-kit';
import { isLater } from './entry-id.ts';
import type { ExpiryVerdict } from './follower-expiry.ts';
import type { LedgerSnapshot, StreamEnd } from './stream-ledger.ts';

/** Pauses between two snapshots: short at first, since followers need a few ms, then longer. */
const FIRST_PAUSE_MS = 2;
const MAX_PAUSE_MS = 20;

interface Waiter {
  /** End of the stream in the first snapshot; null before it. */
  target: StreamEnd | null;
  readonly settle: (error?: CodedError) => void;
}

/** One polling loop for all waiters. It runs only while there are waiters. */
export class BarrierWatch {
  readonly #takeSnapshot: () => Promise<{ snapshot: LedgerSnapshot; verdict: ExpiryVerdict }>;
  readonly #clock: Clock;
  readonly #waiters = new Set<Waiter>();
  #isPolling = false;
  #pauseMs = FIRST_PAUSE_MS;

  constructor(options: {
    takeSnapshot: () => Promise<{ snapshot: LedgerSnapshot; verdict: ExpiryVerdict }>;
    clock: Clock;
  }) {
    this.#takeSnapshot = options.takeSnapshot;
    this.#clock = options.clock;
  }

  /** Rejects with `unavailable` after `deadlineMs`, or when `signal` aborts. */
  wait({ deadlineMs, signal }: { deadlineMs: number; signal?: AbortSignal | undefined }): Promise<void> {
    return new Promise((resolve, reject) => {
      const onAbort = () => waiter.settle(new CodedError('unavailable', 'The wait was cancelled.'));
      const onDeadline = () =>
        waiter.settle(new CodedError('unavailable', 'Not every instance has confirmed the change in time.'));
      const cancel = this.#clock.after(deadlineMs, onDeadline);
      const waiter: Waiter = {
        target: null,
        settle: (error) => {
          cancel();
          signal?.removeEventListener('abort', onAbort);
          this.#waiters.delete(waiter);
          if (error) reject(error);
          else resolve();
        },
      };
      if (signal?.aborted) return onAbort();
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#waiters.add(waiter);
      this.#pauseMs = FIRST_PAUSE_MS;
      if (!this.#isPolling) void this.#poll();
    });
  }

  async #poll(): Promise<void> {
    this.#isPolling = true;
    while (this.#waiters.size > 0) {
      // A waiter that arrives during this snapshot may have appended after it was taken.
      const waiters = [...this.#waiters];
      try {
        const { snapshot, verdict } = await this.#takeSnapshot();
        for (const waiter of waiters) resolveIfApplied(waiter, snapshot, verdict);
      } catch {
        // Redis is unavailable; the waiters' deadlines end the wait.
      }
      if (this.#waiters.size === 0) break;
      await delay(this.#clock, this.#pauseMs);
      this.#pauseMs = Math.min(this.#pauseMs * 2, MAX_PAUSE_MS);
    }
    this.#isPolling = false;
  }
}

function resolveIfApplied(waiter: Waiter, snapshot: LedgerSnapshot, verdict: ExpiryVerdict): void {
  // Entries may be lost with an epoch. A follower that did not see them has expired, or knows that it missed them.
  if (waiter.target?.epoch !== snapshot.epoch) waiter.target = { epoch: snapshot.epoch, last: snapshot.last };
  if (!verdict.isEpochSettled) return;
  for (const report of snapshot.reports.values()) {
    if (isLater(waiter.target.last, report.applied) && !verdict.isExpired(report)) return;
  }
  waiter.settle();
}
