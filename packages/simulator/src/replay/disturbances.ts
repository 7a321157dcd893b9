/** Does something to the deployment in the middle of a replay, such as killing an instance, while the replay goes on. */

export interface Disturbance {
  /** Begun when this share of the window, 0–1, has been played. */
  readonly fraction: number;
  /** A rejection ends the replay with that error. */
  readonly run: () => Promise<void>;
}

export class Disturbances {
  #waiting: readonly Disturbance[];
  readonly #running: Promise<void>[] = [];
  readonly #failures: unknown[] = [];

  constructor(disturbances: readonly Disturbance[]) {
    this.#waiting = disturbances;
  }

  /** Begins what has become due. Throws what an earlier one failed with. */
  beginDue(fraction: number): void {
    const due = this.#waiting.filter((disturbance) => disturbance.fraction <= fraction);
    this.#waiting = this.#waiting.filter((disturbance) => disturbance.fraction > fraction);
    for (const { run } of due) this.#running.push(run().catch((error: unknown) => void this.#failures.push(error)));
    this.#throwFailure();
  }

  /** Resolves when everything begun has ended. Throws what one failed with. */
  async ended(): Promise<void> {
    await Promise.all(this.#running);
    this.#throwFailure();
  }

  #throwFailure(): void {
    if (this.#failures.length > 0) throw this.#failures[0];
  }
}
