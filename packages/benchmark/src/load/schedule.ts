/** When each user is meant to report: at a fixed rate, with a random phase, whatever became of the report before. */
import { randomAt } from './random-at.ts';

/** Users by index, the end not included. */
export type UserRange = readonly [from: number, to: number];

/** One run of load. Times are milliseconds since the benchmark's beginning. */
export interface RunPlan {
  readonly startMs: number;
  /** Between two reports of one user. */
  readonly intervalMs: number;
  /** Reports that are meant to be sent in this time are measured. */
  readonly measureFromMs: number;
  readonly measureToMs: number;
  /** Until then reports go on, and what arrives still counts, unless all that is measured has arrived before. */
  readonly endMs: number;
  /** A delivery that takes longer is late. */
  readonly onTimeMs: number;
  readonly senders: UserRange;
  readonly viewers: UserRange;
}

export function isIn([from, to]: UserRange, user: number): boolean {
  return user >= from && user < to;
}

export class Schedule {
  readonly #startMs: number;
  readonly #intervalMs: number;
  readonly #from: number;
  readonly #to: number;
  /** Of each user, ms after the start. */
  readonly #phases: Float64Array;

  constructor(plan: RunPlan, users: number, seed: number) {
    this.#startMs = plan.startMs;
    this.#intervalMs = plan.intervalMs;
    this.#from = plan.measureFromMs - plan.startMs;
    this.#to = plan.measureToMs - plan.startMs;
    this.#phases = Float64Array.from({ length: users }, (_, user) => randomAt(seed + 7, user) * plan.intervalMs);
  }

  phaseOf(user: number): number {
    return this.#phases[user] ?? 0;
  }

  /** When the user's report of that number (0, 1, 2 …) is meant to be sent, a whole millisecond. */
  timeOf(user: number, report: number): number {
    return Math.round(this.#startMs + this.phaseOf(user) + report * this.#intervalMs);
  }

  /** The number of the report that was meant for that time; negative for one from before the start. */
  updateAt(user: number, timeMs: number): number {
    return Math.round((timeMs - this.#startMs - this.phaseOf(user)) / this.#intervalMs);
  }

  /** The number of the user's first measured report. */
  firstMeasured(user: number): number {
    return Math.max(0, Math.ceil((this.#from - this.phaseOf(user)) / this.#intervalMs));
  }

  /** The number after the user's last measured report; never below {@link firstMeasured}. */
  afterMeasured(user: number): number {
    return Math.max(this.firstMeasured(user), Math.ceil((this.#to - this.phaseOf(user)) / this.#intervalMs));
  }
}
