/** Delivers the newest value to the server across reconnects and conflates older ones. */
import type { Clock } from '../clock.ts';
import type { NearbyError } from '../nearby-error.ts';

interface Waiter<Result> {
  readonly result: Promise<Result>;
  resolve(result: Result): void;
  reject(error: NearbyError): void;
}

interface Item<Payload, Result> {
  readonly payload: Payload;
  readonly waiters: readonly Waiter<Result>[];
}

/** The delay before a retry after a transient failure while connected. */
const RETRY_MS = 2_000;

/**
 * At most one item is in flight and at most one waits. A newer item replaces the waiting one and gets its waiters.
 * After a transient failure the item is sent again, unless a newer one waits.
 */
export class NewestSender<Payload, Result> {
  readonly #emit: (payload: Payload) => Promise<Result>;
  readonly #clock: Clock;
  #waiting: Item<Payload, Result> | undefined;
  #inFlight: Item<Payload, Result> | undefined;
  #isOnline = false;
  #withdrawn: { readonly payload: Payload; readonly error: NearbyError } | undefined;
  #closedBy: NearbyError | undefined;
  #cancelRetry: () => void = () => undefined;

  constructor(options: {
    /** Sends one value. Must reject with a `NearbyError`, also when the connection is lost. */
    emit: (payload: Payload) => Promise<Result>;
    clock: Clock;
  }) {
    this.#emit = options.emit;
    this.#clock = options.clock;
  }

  /** Resolves with the server's response to this value or to a newer one. Rejects with a `NearbyError`. */
  send(payload: Payload): Promise<Result> {
    const waiter = makeWaiter<Result>();
    if (this.#closedBy) rejectHandled(waiter, this.#closedBy);
    else this.#enqueue({ payload, waiters: [waiter] });
    return waiter.result;
  }

  /** Sends a value again without a waiter, unless a newer one is waiting or in flight. */
  repeat(payload: Payload): void {
    if (!this.#waiting && !this.#inFlight && !this.#closedBy) this.#enqueue({ payload, waiters: [] });
  }

  /** Rejects with `error` if this very value waits, and does not retry it if it is in flight. A sent value stays sent. */
  withdraw(payload: Payload, error: NearbyError): void {
    this.#withdrawn = { payload, error };
    if (this.#waiting?.payload !== payload) return;
    this.#cancelRetry();
    for (const waiter of this.#waiting.waiters) rejectHandled(waiter, error);
    this.#waiting = undefined;
  }

  online(): void {
    this.#isOnline = true;
    this.#sendWaiting();
  }

  offline(): void {
    this.#isOnline = false;
    this.#cancelRetry();
  }

  /** Rejects all current and later waiters with `error`. */
  close(error: NearbyError): void {
    this.offline();
    this.#closedBy = error;
    for (const item of [this.#inFlight, this.#waiting]) {
      for (const waiter of item?.waiters ?? []) rejectHandled(waiter, error);
    }
    this.#waiting = undefined;
    this.#inFlight = undefined;
  }

  #enqueue(item: Item<Payload, Result>): void {
    this.#waiting = { payload: item.payload, waiters: [...(this.#waiting?.waiters ?? []), ...item.waiters] };
    this.#sendWaiting();
  }

  #sendWaiting(): void {
    const item = this.#waiting;
    if (!item || this.#inFlight || !this.#isOnline) return;
    this.#cancelRetry();
    this.#waiting = undefined;
    this.#inFlight = item;
    this.#emit(item.payload).then(
      (result) => {
        if (this.#inFlight !== item) return;
        this.#inFlight = undefined;
        for (const { resolve } of item.waiters) resolve(result);
        this.#sendWaiting();
      },
      (error: NearbyError) => {
        if (this.#inFlight !== item) return;
        this.#inFlight = undefined;
        const withdrawn = this.#withdrawn?.payload === item.payload ? this.#withdrawn.error : undefined;
        if (error.retryable && !withdrawn) return this.#keep(item, error.retryAfterMs);
        for (const { reject } of item.waiters) reject(withdrawn ?? error);
        this.#sendWaiting();
      },
    );
  }

  /** Keeps the item for a retry. Its waiters move to the newer item if there is one. */
  #keep({ payload, waiters }: Item<Payload, Result>, retryAfterMs = RETRY_MS): void {
    this.#waiting = {
      payload: this.#waiting ? this.#waiting.payload : payload,
      waiters: [...waiters, ...(this.#waiting?.waiters ?? [])],
    };
    if (this.#isOnline) this.#cancelRetry = this.#clock.after(retryAfterMs, () => this.#sendWaiting());
  }
}

function makeWaiter<Result>(): Waiter<Result> {
  let settle: Pick<Waiter<Result>, 'resolve' | 'reject'> | undefined;
  const result = new Promise<Result>((resolve, reject) => {
    settle = { resolve, reject };
  });
  return { result, resolve: (value) => settle?.resolve(value), reject: (error) => settle?.reject(error) };
}

/** Marks the rejection as handled: a caller that ignores the promise must not end a Node process by closing. */
function rejectHandled<Result>({ result, reject }: Waiter<Result>, error: NearbyError): void {
  result.catch(() => undefined);
  reject(error);
}
