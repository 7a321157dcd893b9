/** Counts requests to stop this process: the first is orderly, the second forces the stop. */

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export class StopRequests {
  readonly #first = new AbortController();
  readonly #second = new AbortController();
  /** Resolves at the first request. */
  readonly firstRequest = aborted(this.#first.signal);
  /** Resolves at the second request. */
  readonly secondRequest = aborted(this.#second.signal);

  constructor() {
    for (const signal of SIGNALS) process.on(signal, this.#onSignal);
    process.stdout.on('error', this.#onOutputLost);
  }

  get first(): AbortSignal {
    return this.#first.signal;
  }

  get second(): AbortSignal {
    return this.#second.signal;
  }

  /** Signals have their usual effect again. */
  close(): void {
    for (const signal of SIGNALS) process.off(signal, this.#onSignal);
    process.stdout.off('error', this.#onOutputLost);
  }

  readonly #onSignal = (): void => {
    (this.#first.signal.aborted ? this.#second : this.#first).abort();
  };

  // The reader of the output has ended (`npm start | head`): without this the launcher would crash and leave the stack behind.
  readonly #onOutputLost = (): void => {
    this.#first.abort();
  };
}

async function aborted(signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
