/** How often the server asks for reports while a friend looks. */
import type { Clock } from '../clock.ts';
import { MutableObservable, type Observable } from '../observable.ts';
import type { ServerClock } from './server-clock.ts';

/** Bounds of what a server may ask for, ms. */
const MIN_EVERY_MS = 1_000;
const MAX_FOR_MS = 120_000;

export class Pace {
  readonly #serverClock: Pick<ServerClock, 'now'>;
  readonly #clock: Clock;
  readonly #everyMs = new MutableObservable<number | undefined>(undefined);
  #cancel: () => void = () => undefined;

  constructor(options: { serverClock: Pick<ServerClock, 'now'>; clock: Clock }) {
    this.#serverClock = options.serverClock;
    this.#clock = options.clock;
  }

  /** ms between two reports; undefined: as the app likes. */
  get everyMs(): Observable<number | undefined> {
    return this.#everyMs;
  }

  /** `until`: ms since the epoch, on the server's clock. */
  set({ everyMs, until }: { everyMs: number; until: number }): void {
    const leftMs = Math.min(until - this.#serverClock.now(), MAX_FOR_MS);
    if (leftMs <= 0) return;
    this.#cancel();
    this.#cancel = this.#clock.after(leftMs, () => this.#everyMs.set(undefined));
    this.#everyMs.set(Math.max(everyMs, MIN_EVERY_MS));
  }

  end(): void {
    this.#cancel();
    this.#everyMs.set(undefined);
  }
}
