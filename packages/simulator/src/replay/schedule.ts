/** Plays movements in order against a wall time that can be stopped and goes on where it stood. */
import type { UserId } from '@nearby-friends/protocol';
import type { Movement, TimeWindow } from '../dataset/movements.ts';

interface ScheduleOptions {
  /** Sorted by time, all within the window. */
  readonly movements: readonly Movement[];
  readonly window: TimeWindow;
  /** Dataset seconds per wall second. */
  readonly speed: number;
  /** Monotonic wall time, ms. */
  readonly now: () => number;
}

/** Created stopped at the window's beginning. */
export class Schedule {
  readonly #options: ScheduleOptions;
  readonly #latest = new Map<UserId, Movement>();
  #playedMs = 0;
  #runningSince: number | undefined;
  #next = 0;

  constructor(options: ScheduleOptions) {
    this.#options = options;
  }

  /** How long the whole window plays, ms of wall time without stops. */
  get durationMs(): number {
    const { fromMs, toMs } = this.#options.window;
    return (toMs - fromMs) / this.#options.speed;
  }

  /** 0 at the window's beginning, 1 at its end. */
  get fraction(): number {
    return this.durationMs === 0 ? 1 : Math.min(1, this.#elapsedMs() / this.durationMs);
  }

  /** The dataset time that is being played, ms since the epoch. */
  get datasetMs(): number {
    const { fromMs, toMs } = this.#options.window;
    return Math.min(toMs, fromMs + this.#elapsedMs() * this.#options.speed);
  }

  /** How many movements have been handed out. */
  get played(): number {
    return this.#next;
  }

  start(): void {
    this.#runningSince ??= this.#options.now();
  }

  /** Dataset time stands still until the next `start`. */
  stop(): void {
    this.#playedMs = this.#elapsedMs();
    this.#runningSince = undefined;
  }

  /** The movements that have become due since the last call. */
  takeDue(): Movement[] {
    const { movements } = this.#options;
    const begin = this.#next;
    const until = this.datasetMs;
    for (let movement = movements[begin]; movement !== undefined && movement.atMs <= until; ) {
      this.#latest.set(movement.user, movement);
      this.#next += 1;
      movement = movements[this.#next];
    }
    return movements.slice(begin, this.#next);
  }

  /** Where the dataset says this user is now; undefined before the first movement. */
  latestOf(user: UserId): Movement | undefined {
    return this.#latest.get(user);
  }

  #elapsedMs(): number {
    return this.#playedMs + (this.#runningSince === undefined ? 0 : this.#options.now() - this.#runningSince);
  }
}
