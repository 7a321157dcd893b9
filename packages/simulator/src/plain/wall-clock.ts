/** The time of this process as a dependency, so that tests can turn it by hand. */

export interface WallClock {
  /** Monotonic milliseconds from an arbitrary zero: only differences mean anything. */
  now(): number;
  /** Resolves after `ms`. */
  pause(ms: number): Promise<void>;
}

export const wallClock: WallClock = {
  now: () => performance.now(),
  pause: (ms) =>
    new Promise((resolve) => {
      setTimeout(resolve, ms);
    }),
};
