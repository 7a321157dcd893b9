/** Time and timers as a port, so that tests control them. */

export interface Clock {
  /** ms since the epoch. */
  now(): number;
  /** Calls `run` once after `ms`. Returns a function that cancels it. */
  after(ms: number, run: () => void): () => void;
}

/** The longest delay that timers of browsers and Node accept. */
const MAX_TIMER_MS = 2_147_483_647;

/** The system clock. Splits delays that are too long for one timer. */
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
