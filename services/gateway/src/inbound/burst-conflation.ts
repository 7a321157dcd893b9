/** Of the position updates that arrive in one burst, passes on only the newest: a client that was offline sends all it has. */
import { CodedError } from '@nearby-friends/protocol';
import type { Clock, RateLimit } from '@nearby-friends/service-kit';
import type { GatewayMetrics } from '../metrics/gateway-metrics.ts';

interface Waiting {
  readonly payload: unknown;
  /** What the schema makes of the payload; undefined until another update makes it necessary to know. */
  parsed: Parsed | undefined;
  resolve(fields: object): void;
  reject(error: unknown): void;
}

/** Null: invalid. `at`: when the fix was taken, ms. */
type Parsed = { readonly at?: number | null | undefined } | null;

/**
 * An update waits until everything that arrived together with it has been read, and then until the rate limit allows one
 * more. Meanwhile a newer one takes its place and the result of the newer one is the result of both. An invalid update
 * neither waits nor replaces anything.
 */
export class BurstConflation {
  readonly #receive: (payload: unknown) => Promise<object>;
  readonly #parse: (payload: unknown) => Parsed;
  readonly #events: RateLimit;
  readonly #conflations: RateLimit;
  readonly #isOver: () => boolean;
  readonly #metrics: Pick<GatewayMetrics, 'updatesConflated'>;
  readonly #clock: Clock;
  #newest: Waiting | null = null;
  #replaced: Waiting[] = [];

  constructor(options: {
    receive: (payload: unknown) => Promise<object>;
    parse: (payload: unknown) => Parsed;
    /** Takes one for each update that is passed on. */
    events: RateLimit;
    /** Takes one for each update that is replaced; those beyond are rejected with `rate_limited`. */
    conflations: RateLimit;
    /** Nothing more is passed on. */
    isOver: () => boolean;
    metrics: Pick<GatewayMetrics, 'updatesConflated'>;
    clock: Clock;
  }) {
    this.#receive = options.receive;
    this.#parse = options.parse;
    this.#events = options.events;
    this.#conflations = options.conflations;
    this.#isOver = options.isOver;
    this.#metrics = options.metrics;
    this.#clock = options.clock;
  }

  /** Resolves with the fields of the acknowledgement, and `conflated` if a newer update has taken the place of this one. */
  offer(payload: unknown): Promise<object> {
    return new Promise((resolve, reject) => {
      const update: Waiting = { payload, parsed: undefined, resolve, reject };
      if (this.#newest === null) {
        this.#newest = update;
        queueMicrotask(() => this.#passOn());
      } else this.#join(update, this.#newest);
    });
  }

  #join(update: Waiting, waiting: Waiting): void {
    const [parsed, parsedBefore] = [this.#parsedOf(update), this.#parsedOf(waiting)];
    if (parsed === null) {
      this.#settle(update);
    } else if (parsedBefore === null) {
      this.#newest = update;
      this.#settle(waiting);
    } else if (typeof parsed.at === 'number' && typeof parsedBefore.at === 'number' && parsed.at < parsedBefore.at) {
      this.#replace(update);
    } else {
      this.#newest = update;
      this.#replace(waiting);
    }
  }

  #parsedOf(update: Waiting): Parsed {
    if (update.parsed === undefined) update.parsed = this.#parse(update.payload);
    return update.parsed;
  }

  #replace(update: Waiting): void {
    if (this.#conflations.take(this.#clock.now())) {
      this.#metrics.updatesConflated.inc();
      this.#replaced.push(update);
    } else update.reject(new CodedError('rate_limited', 'Too many events. Send fewer; the newest position is enough.'));
  }

  #passOn(): void {
    const now = this.#clock.now();
    const [newest, replaced] = [this.#newest, this.#replaced];
    if (newest === null) return;
    if (!this.#isOver() && !this.#events.take(now) && this.#parsedOf(newest) !== null) {
      this.#clock.after(this.#events.msUntilNext(now), () => this.#passOn());
      return;
    }
    this.#newest = null;
    this.#replaced = [];
    if (!this.#isOver()) this.#settle(newest, replaced);
  }

  #settle(update: Waiting, replaced: readonly Waiting[] = []): void {
    this.#receive(update.payload).then(
      (fields) => {
        update.resolve(fields);
        for (const { resolve } of replaced) resolve({ ...fields, conflated: true });
      },
      (error: unknown) => {
        update.reject(error);
        for (const { reject } of replaced) reject(error);
      },
    );
  }
}
