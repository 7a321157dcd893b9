/** Time as this package reads it, so that tests need not wait for it. */

export interface Clock {
  /** ms since the epoch. */
  now(): number;
  /** Runs `run` once, after `ms`. Returns the way to call it off. */
  after(ms: number, run: () => void): () => void;
}

/** Timers of browsers and Node take no more. */
const MAX_TIMER_MS = 2_147_483_647;

/** The device's own. A wait that is too long for its timers goes on when that time is over. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, run) {
    let timer: ReturnType<typeof setTimeout>;
    const wait = (left: number): void => {
      const leg = Math.min(left, MAX_TIMER_MS);
      timer = setTimeout(() => (left > leg ? wait(left - leg) : run()), leg);
    };
    wait(Math.max(0, ms));
    return () => clearTimeout(timer);
  },
};
