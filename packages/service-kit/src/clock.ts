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

export const systemClock: Clock = {
  now: () => performance.timeOrigin + performance.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms).unref();
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
