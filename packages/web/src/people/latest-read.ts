/** Reads something from the server as often as it changes, with at most one read at a time. */

export class LatestRead {
  readonly #read: () => Promise<void>;
  #reading: Promise<void> | undefined;
  #isOutdated = false;

  constructor(read: () => Promise<void>) {
    this.#read = read;
  }

  /** A call during a read causes one more read. Resolves after a read that began later than the call, or a failed one. */
  async request(): Promise<void> {
    this.#isOutdated = true;
    this.#reading ??= this.#readUntilCurrent().finally(() => {
      this.#reading = undefined;
    });
    await this.#reading;
  }

  async #readUntilCurrent(): Promise<void> {
    while (this.#isOutdated) {
      this.#isOutdated = false;
      await this.#read();
    }
  }
}
