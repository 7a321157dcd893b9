/** Shows the server a newer token before the one of the connection ends, so that the connection can stay. */
import type { AccessToken } from '../access-token.ts';
import type { Clock } from '../clock.ts';
import type { NearbyError } from '../nearby-error.ts';
import type { ServerClock } from './server-clock.ts';

/** A newer token is fetched this long before the end, or when half of what is left is over if that is later, ms. */
const AHEAD_MS = 60_000;
/** Between attempts, and at the least, ms. */
const RETRY_MS = 5_000;

export class TokenRefresher {
  readonly #token: AccessToken;
  readonly #show: (token: string) => Promise<unknown>;
  readonly #onProblem: (error: NearbyError) => void;
  readonly #serverClock: ServerClock;
  readonly #clock: Clock;
  /** The token that the server knows of this connection. */
  #shown: string | undefined;
  #cancel: () => void = () => undefined;

  constructor(options: {
    token: AccessToken;
    /** Shows it to the server. Rejects with a `NearbyError`. */
    show: (token: string) => Promise<unknown>;
    /** It did not work out this time, and is tried again. */
    onProblem: (error: NearbyError) => void;
    serverClock: ServerClock;
    clock: Clock;
  }) {
    this.#token = options.token;
    this.#show = options.show;
    this.#onProblem = options.onProblem;
    this.#serverClock = options.serverClock;
    this.#clock = options.clock;
  }

  /** The server has accepted a connection with that token. */
  online(token: string): void {
    this.#shown = token;
    this.#schedule();
  }

  offline(): void {
    this.#shown = undefined;
    this.#cancel();
  }

  #schedule(leastMs = 0): void {
    this.#cancel();
    const endsAt = this.#token.endsAt;
    // Without a way to another one the server ends the connection with the token.
    if (endsAt === undefined || !this.#token.canRenew) return;
    const leftMs = endsAt - this.#serverClock.now();
    const inMs = Math.max(leftMs - AHEAD_MS, leftMs / 2, leastMs);
    this.#cancel = this.#clock.after(inMs, () => void this.#refresh());
  }

  async #refresh(): Promise<void> {
    const shown = this.#shown;
    if (shown === undefined) return;
    try {
      const token = await this.#token.renew(shown);
      // The connection may be another one by now, and that began with its own.
      if (this.#shown !== shown) return;
      if (token !== shown) {
        await this.#show(token);
        if (this.#shown !== shown) return;
        this.#shown = token;
      }
    } catch (error) {
      if (this.#shown !== shown) return;
      this.#onProblem(error as NearbyError);
    }
    this.#schedule(RETRY_MS);
  }
}
