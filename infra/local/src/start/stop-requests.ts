/** Counts requests to stop this process: the first is orderly, the second forces the stop. */
import { watchNpm } from './watch-npm.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Two signals within this time are one request: at Ctrl-C the terminal signals this process, and npm passes it on again. */
const ONE_REQUEST_MS = 300;

export class StopRequests {
  readonly #first = new AbortController();
  readonly #second = new AbortController();
  /** Resolves at the first request. */
  readonly firstRequest = aborted(this.#first.signal);
  /** Resolves at the second request. */
  readonly secondRequest = aborted(this.#second.signal);

  #requestedAt = Number.NEGATIVE_INFINITY;
  readonly #stopWatching: () => void;

  constructor() {
    for (const signal of SIGNALS) process.on(signal, this.#onSignal);
    process.stdout.on('error', this.#onLost);
    process.stderr.on('error', this.#onLost);
    this.#stopWatching = watchNpm(this.#onLost);
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
    process.stdout.off('error', this.#onLost);
    process.stderr.off('error', this.#onLost);
    this.#stopWatching();
  }

  readonly #onSignal = (): void => {
    const now = performance.now();
    if (now - this.#requestedAt < ONE_REQUEST_MS) return;
    this.#requestedAt = now;
    (this.#first.signal.aborted ? this.#second : this.#first).abort();
  };

  // The reader of the output (`npm start | head`) or npm itself has ended: without this the stack would be left behind.
  readonly #onLost = (): void => {
    this.#first.abort();
  };
}

async function aborted(signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
