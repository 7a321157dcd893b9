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
const MAX_TIMER_MS = 2_147_483_647;

export const systemClock: Clock = {
  now: () => performance.timeOrigin + performance.now(),
  after(ms, run) {
    let timer: NodeJS.Timeout;
    const set = (left: number) => {
      const next = left > MAX_TIMER_MS ? () => set(left - MAX_TIMER_MS) : run;
      // Node cuts fractions off: a timer that goes off early wakes the process twice.
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
 * How long (ms) it is until the clock shows `offset` past a multiple of `ms`: whoever waits until then wakes up together
 * with all others on the machine who do so, and the cost of waking is paid once.
 */
export function msUntilAligned(clock: Clock, ms: number, offset = 0): number {
  return ms > 0 ? ms - ((clock.now() - offset) % ms) : 0;
}

/**
 * Calls `run` at every multiple of `ms` that the clock shows, until called off. Who is late is told how many have passed
 * since the last call, and is on time again with the next: an interval that is counted from call to call grows with the
 * load.
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
      // A timer may go off a little early.
      if (passed > 0) run(passed);
    });
  };
  wait();
  return () => cancel();
}
