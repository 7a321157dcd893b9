/** Time as a dependency, so that tests can control it. */

export interface Clock {
  /** Monotonic ms since the Unix epoch as of process start: does not jump when the machine's clock is set. */
  now(): number;
  /** Calls `run` once after `ms`; the returned function cancels it. The timer does not keep the process alive. */
  after(ms: number, run: () => void): CancelTimer;
  /** Calls `run` every `ms` until cancelled. */
  every(ms: number, run: () => void): CancelTimer;
}
export type CancelTimer = () => void;

/** Node fires a longer timer at once (2^31 − 1 ms, 24.8 days); a token may expire later than that. */
const MAX_TIMER_MS = 2_147_483_647;

export const systemClock: Clock = {
  now: () => performance.timeOrigin + performance.now(),
  after(ms, run) {
    let timer: NodeJS.Timeout;
    const set = (left: number) => {
      const next = left > MAX_TIMER_MS ? () => set(left - MAX_TIMER_MS) : run;
      // Node truncates fractions: a timer that fires early wakes the process twice.
      timer = setTimeout(next, Math.min(Math.ceil(left), MAX_TIMER_MS)).unref();
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

/**
 * Time (ms) until the clock is `offset` past a multiple of `ms`. All processes of a machine that wait until then wake up
 * together, which costs less than separate wake-ups.
 */
export function msUntilAligned(clock: Clock, ms: number, offset = 0): number {
  return ms > 0 ? ms - ((clock.now() - offset) % ms) : 0;
}

/**
 * Calls `run` at every multiple of `ms` on the clock, until cancelled, with the number of multiples since the last call. A
 * late call does not delay the next one: an interval measured from call to call would grow with the load.
 */
export function everyAligned(clock: Clock, ms: number, run: (passed: number) => void): CancelTimer {
  let last = Math.floor(clock.now() / ms);
  let cancel: CancelTimer;
  const wait = (): void => {
    cancel = clock.after(msUntilAligned(clock, ms), () => {
      wait();
      const current = Math.floor(clock.now() / ms);
      const passed = current - last;
      last = Math.max(last, current);
      // A timer may fire slightly early.
      if (passed > 0) run(passed);
    });
  };
  wait();
  return () => cancel();
}
