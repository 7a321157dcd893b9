/** Sends a newer token to the server before the connection's token expires, so that the connection stays open. */
import type { AccessToken } from '../access-token.ts';
import type { Clock } from '../clock.ts';
import type { NearbyError } from '../nearby-error.ts';
import type { ServerClock } from './server-clock.ts';

/** Refreshes this long before the expiry, ms, or at half of the remaining lifetime if that is later. */
const REFRESH_AHEAD_MS = 60_000;
/** The delay between attempts and the minimum delay after a refresh, ms. */
const RETRY_MS = 5_000;

export class TokenRefresher {
  readonly #token: AccessToken;
  readonly #send: (token: string) => Promise<unknown>;
  readonly #onProblem: (error: NearbyError) => void;
  readonly #serverClock: ServerClock;
  readonly #clock: Clock;
  /** The token that the server has for this connection. Undefined while offline. */
  #sentToken: string | undefined;
  #cancel: () => void = () => undefined;

  constructor(options: {
    token: AccessToken;
    /** Sends the token to the server. Rejects with a `NearbyError`. */
    send: (token: string) => Promise<unknown>;
    /** Called when a refresh failed. It is retried. */
    onProblem: (error: NearbyError) => void;
    serverClock: ServerClock;
    clock: Clock;
  }) {
    this.#token = options.token;
    this.#send = options.send;
    this.#onProblem = options.onProblem;
    this.#serverClock = options.serverClock;
    this.#clock = options.clock;
  }

  /** The server has accepted a connection with this token. */
  online(token: string): void {
    this.#sentToken = token;
    this.#schedule();
  }

  offline(): void {
    this.#sentToken = undefined;
    this.#cancel();
  }

  #schedule(minDelayMs = 0): void {
    this.#cancel();
    const expiresAt = this.#token.expiresAt;
    // Without a newer token the server closes the connection when the token expires.
    if (expiresAt === undefined || !this.#token.canRenew) return;
    const leftMs = expiresAt - this.#serverClock.now();
    const inMs = Math.max(leftMs - REFRESH_AHEAD_MS, leftMs / 2, minDelayMs);
    this.#cancel = this.#clock.after(inMs, () => void this.#refresh());
  }

  async #refresh(): Promise<void> {
    const sentToken = this.#sentToken;
    if (sentToken === undefined) return;
    try {
      const token = await this.#token.renew(sentToken);
      // The connection may have been replaced meanwhile, with its own token.
      if (this.#sentToken !== sentToken) return;
      if (token !== sentToken) {
        await this.#send(token);
        if (this.#sentToken !== sentToken) return;
        this.#sentToken = token;
      }
    } catch (error) {
      if (this.#sentToken !== sentToken) return;
      this.#onProblem(error as NearbyError);
    }
    this.#schedule(RETRY_MS);
  }
}
