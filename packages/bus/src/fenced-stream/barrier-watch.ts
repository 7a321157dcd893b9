/** Waits, for any number of callers at once, until every follower has applied what the stream held when they asked. */
import { CodedError } from '@nearby-friends/protocol';
import { type Clock, delay } from '@nearby-friends/service-kit';
import { isLater } from './entry-id.ts';
import type { Verdict } from './follower-expiry.ts';
import type { Look, StreamEnd } from './stream-ledger.ts';

/** Between two looks: soon at first, since followers need a few ms; then less often, for those who have to be waited out. */
export const FIRST_PAUSE_MS = 2;
export const MAX_PAUSE_MS = 20;

interface Waiter {
  /** Where the stream ended when first looked at; null: not looked at yet. */
  target: StreamEnd | null;
  readonly settle: (error?: CodedError) => void;
}

/** One loop that looks while somebody waits, and none otherwise. */
export class BarrierWatch {
  readonly #look: () => Promise<{ look: Look; verdict: Verdict }>;
  readonly #clock: Clock;
  readonly #waiters = new Set<Waiter>();
  #isLooking = false;
  #pauseMs = FIRST_PAUSE_MS;

  constructor(options: { look: () => Promise<{ look: Look; verdict: Verdict }>; clock: Clock }) {
    this.#look = options.look;
    this.#clock = options.clock;
  }

  /** Rejects with `unavailable` after `deadlineMs`, or when `signal` says so. */
  wait({ deadlineMs, signal }: { deadlineMs: number; signal?: AbortSignal | undefined }): Promise<void> {
    return new Promise((resolve, reject) => {
      const onAbort = () => waiter.settle(new CodedError('unavailable', 'The waiting was given up.'));
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
      if (!this.#isLooking) void this.#lookOn();
    });
  }

  async #lookOn(): Promise<void> {
    this.#isLooking = true;
    while (this.#waiters.size > 0) {
      // Whoever comes while the question is under way may have appended after it was answered.
      const asking = [...this.#waiters];
      try {
        const { look, verdict } = await this.#look();
        for (const waiter of asking) settleIfApplied(waiter, look, verdict);
      } catch {
        // Redis is away; the deadline says when that is too long.
      }
      if (this.#waiters.size === 0) break;
      await delay(this.#clock, this.#pauseMs);
      this.#pauseMs = Math.min(this.#pauseMs * 2, MAX_PAUSE_MS);
    }
    this.#isLooking = false;
  }
}

function settleIfApplied(waiter: Waiter, look: Look, verdict: Verdict): void {
  // With the epoch, entries may have gone; who did not see them is silent, or has missed them and knows.
  if (waiter.target?.epoch !== look.epoch) waiter.target = { epoch: look.epoch, last: look.last };
  if (!verdict.isEpochSettled) return;
  for (const report of look.reports.values()) {
    if (isLater(waiter.target.last, report.applied) && !verdict.isSilent(report)) return;
  }
  waiter.settle();
}
