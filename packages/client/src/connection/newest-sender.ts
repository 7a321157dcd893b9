/** Gets the newest of something to the server, whatever happens to the connection: what is older is not worth sending. */
import type { Clock } from '../clock.ts';
import type { NearbyError } from '../nearby-error.ts';

interface Waiter<Answer> {
  readonly answer: Promise<Answer>;
  resolve(answer: Answer): void;
  reject(error: NearbyError): void;
}

interface Item<Payload, Answer> {
  readonly payload: Payload;
  readonly waiters: readonly Waiter<Answer>[];
}

/** Until it is sent again after a failure that may pass, while the connection stands. */
const RETRY_MS = 2_000;

/**
 * At most one item is under way and at most one waits. A newer one takes the place of the one that waits, and whoever
 * waited for that waits for the newer one from then on. What fails and may pass is sent again, unless a newer one is
 * there.
 */
export class NewestSender<Payload, Answer> {
  readonly #emit: (payload: Payload) => Promise<Answer>;
  readonly #clock: Clock;
  #waiting: Item<Payload, Answer> | undefined;
  #underWay: Item<Payload, Answer> | undefined;
  #isOnline = false;
  #closedBy: NearbyError | undefined;
  #cancelRetry: () => void = () => undefined;

  constructor(options: {
    /** Rejects with a `NearbyError`, also when the connection is lost. */
    emit: (payload: Payload) => Promise<Answer>;
    clock: Clock;
  }) {
    this.#emit = options.emit;
    this.#clock = options.clock;
  }

  /** Resolves with the server's answer to this one or to a newer one. Rejects with a `NearbyError`. */
  send(payload: Payload): Promise<Answer> {
    const waiter = makeWaiter<Answer>();
    if (this.#closedBy) rejectQuietly(waiter, this.#closedBy);
    else this.#enqueue({ payload, waiters: [waiter] });
    return waiter.answer;
  }

  /** Sends it for nobody in particular, unless a newer one is on its way already. */
  repeat(payload: Payload): void {
    if (!this.#waiting && !this.#underWay && !this.#closedBy) this.#enqueue({ payload, waiters: [] });
  }

  online(): void {
    this.#isOnline = true;
    this.#sendWaiting();
  }

  offline(): void {
    this.#isOnline = false;
    this.#cancelRetry();
  }

  /** Whoever waits, or comes later, is told `error`. */
  close(error: NearbyError): void {
    this.offline();
    this.#closedBy = error;
    for (const item of [this.#underWay, this.#waiting]) {
      for (const waiter of item?.waiters ?? []) rejectQuietly(waiter, error);
    }
    this.#waiting = undefined;
    this.#underWay = undefined;
  }

  #enqueue(item: Item<Payload, Answer>): void {
    this.#waiting = { payload: item.payload, waiters: [...(this.#waiting?.waiters ?? []), ...item.waiters] };
    this.#sendWaiting();
  }

  #sendWaiting(): void {
    const item = this.#waiting;
    if (!item || this.#underWay || !this.#isOnline) return;
    this.#cancelRetry();
    this.#waiting = undefined;
    this.#underWay = item;
    this.#emit(item.payload).then(
      (answer) => {
        if (this.#underWay !== item) return;
        this.#underWay = undefined;
        for (const { resolve } of item.waiters) resolve(answer);
        this.#sendWaiting();
      },
      (error: NearbyError) => {
        if (this.#underWay !== item) return;
        this.#underWay = undefined;
        if (error.retryable) this.#keep(item, error.retryAfterMs);
        else for (const { reject } of item.waiters) reject(error);
        if (!error.retryable) this.#sendWaiting();
      },
    );
  }

  /** Its waiters wait on, for the newer one if there is one. */
  #keep({ payload, waiters }: Item<Payload, Answer>, retryAfterMs = RETRY_MS): void {
    this.#waiting = {
      payload: this.#waiting ? this.#waiting.payload : payload,
      waiters: [...waiters, ...(this.#waiting?.waiters ?? [])],
    };
    if (this.#isOnline) this.#cancelRetry = this.#clock.after(retryAfterMs, () => this.#sendWaiting());
  }
}

function makeWaiter<Answer>(): Waiter<Answer> {
  let settle: Pick<Waiter<Answer>, 'resolve' | 'reject'> | undefined;
  const answer = new Promise<Answer>((resolve, reject) => {
    settle = { resolve, reject };
  });
  return { answer, resolve: (value) => settle?.resolve(value), reject: (error) => settle?.reject(error) };
}

/** Closing is nothing that whoever has not waited for the answer need hear of, and Node would end the process for it. */
function rejectQuietly<Answer>({ answer, reject }: Waiter<Answer>, error: NearbyError): void {
  answer.catch(() => undefined);
  reject(error);
}
