/** Time as a dependency: what reads a clock or sets a timer takes this, so that tests can turn it by hand. */

export interface Clock {
  /** Monotonic ms since the epoch as of process start: it never jumps when the machine's clock is set. */
  now(): number;
  /** Calls `run` once after `ms`; the returned function calls it off. The timer does not keep the process alive. */
  after(ms: number, run: () => void): CancelTimer;
  /** Calls `run` every `ms` until called off. */
  every(ms: number, run: () => void): CancelTimer;
}
export type CancelTimer = () => void;

/** Node fires a longer timer at once (2^31 − 1 ms, 24.8 days); the end of a token may well be further away. */
const LONGEST_TIMER_MS = 2_147_483_647;

export const systemClock: Clock = {
  now: () => performance.timeOrigin + performance.now(),
  after(ms, run) {
    let timer: NodeJS.Timeout;
    const set = (left: number) => {
      const next = left > LONGEST_TIMER_MS ? () => set(left - LONGEST_TIMER_MS) : run;
      timer = setTimeout(next, Math.min(left, LONGEST_TIMER_MS)).unref();
    };
    set(ms);
    return () => clearTimeout(timer);
  },
  every(ms, run) {
    const timer = setInterval(run, ms).unref();
    return () => clearInterval(timer);
  },
};

/** Resolves after `ms`. */
export function delay(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => {
    clock.after(ms, resolve);
  });
}
