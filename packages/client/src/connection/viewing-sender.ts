/** Tells the server while a person looks at the list, and again before that lapses there. */
import type { Clock } from '../clock.ts';

/** The server believes it for 90 s. */
const REPEAT_MS = 45_000;

export class ViewingSender {
  readonly #send: (isViewing: boolean) => Promise<unknown>;
  readonly #clock: Clock;
  #isViewing = false;
  #isOnline = false;
  #cancel: () => void = () => undefined;

  constructor(options: {
    /** Rejects with a `NearbyError`. */
    send: (isViewing: boolean) => Promise<unknown>;
    clock: Clock;
  }) {
    this.#send = options.send;
    this.#clock = options.clock;
  }

  set(isViewing: boolean): void {
    if (this.#isViewing === isViewing) return;
    this.#isViewing = isViewing;
    if (this.#isOnline) this.#tell();
  }

  online(): void {
    this.#isOnline = true;
    // A new connection is not looked at until it says so.
    if (this.#isViewing) this.#tell();
  }

  offline(): void {
    this.#isOnline = false;
    this.#cancel();
  }

  #tell(): void {
    this.#cancel();
    // Not retried: it is repeated anyway, and an old server, which refuses it, would refuse it again.
    this.#send(this.#isViewing).catch(() => undefined);
    if (this.#isViewing) this.#cancel = this.#clock.after(REPEAT_MS, () => this.#tell());
  }
}
