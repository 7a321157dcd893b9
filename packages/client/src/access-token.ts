/** The access token in use: fetches the first one and renews it when it expires or is refused. */
import { invalidOption } from './base-url.ts';
import { NearbyError } from './nearby-error.ts';

/** A first token, a function that fetches newer ones, or both. */
export interface Credentials {
  /** A JWT. */
  readonly token?: string | undefined;
  /** Fetches a valid token. Called again shortly before that token expires and when the server refuses it. */
  readonly getToken?: (() => Promise<string>) | undefined;
}

/** A token with less lifetime left than this is renewed before it is sent, ms. */
const MIN_LIFETIME_MS = 5_000;

export class AccessToken {
  readonly #getToken: (() => Promise<string>) | undefined;
  /** The best known estimate of the server's clock, ms since the epoch. */
  readonly #now: () => number;
  #token: string | undefined;
  /** False when a fresh token already looked expired: this device's clock is wrong, so only the server decides. */
  #trustsClock = true;
  #fetching: Promise<string> | undefined;
  #ended: NearbyError | undefined;
  readonly #onEnd: ((reason: NearbyError) => void)[] = [];

  constructor({ token, getToken }: Credentials, now: () => number) {
    if (token === undefined && getToken === undefined)
      throw invalidOption('token', 'token, getToken or both are required. Pass at least one of them.');
    this.#token = token;
    this.#getToken = getToken;
    this.#now = now;
  }

  /** Whether a new token can be fetched. */
  get canRenew(): boolean {
    return this.#getToken !== undefined;
  }

  /** When the token in use expires, ms since the epoch. Undefined without a token or without an `exp` claim. */
  get expiresAt(): number | undefined {
    return this.#token === undefined ? undefined : readExpiry(this.#token);
  }

  /**
   * Gives up every token for good: the account is erased, and a token fetched from now on would begin a new one. The
   * first reason stays.
   */
  end(reason: NearbyError): void {
    if (this.#ended) return;
    this.#ended = reason;
    this.#token = undefined;
    for (const listener of this.#onEnd) listener(reason);
  }

  /** Calls `listener` once when {@link end} is called. */
  onEnd(listener: (reason: NearbyError) => void): void {
    this.#onEnd.push(listener);
  }

  /** Returns the token to send now. Rejects with `no_token`, or with the reason of the end. */
  async current(): Promise<string> {
    if (this.#ended) throw this.#ended;
    const token = this.#token;
    if (token !== undefined && (!this.canRenew || !this.#expiresSoon())) return token;
    return this.renew();
  }

  /**
   * Replaces `refused` with a newer token, unless that has happened already. Concurrent calls share one fetch.
   * Resolves with `refused` itself when no other token is available. Rejects with `no_token`, or with the reason of the end.
   */
  async renew(refused = this.#token): Promise<string> {
    if (this.#ended) throw this.#ended;
    if (refused !== undefined && (refused !== this.#token || !this.#getToken)) return this.#token ?? refused;
    this.#fetching ??= this.#fetch().finally(() => {
      this.#fetching = undefined;
    });
    return this.#fetching;
  }

  async #fetch(): Promise<string> {
    try {
      const token = await this.#getToken?.();
      if (this.#ended) throw this.#ended;
      if (typeof token !== 'string' || token === '') throw new TypeError('getToken must return a non-empty string');
      this.#token = token;
      this.#trustsClock = true;
      this.#trustsClock = !this.#expiresSoon();
      return token;
    } catch (cause) {
      if (cause instanceof NearbyError && isAccountErased(cause)) {
        this.end(cause);
        throw cause;
      }
      const message = 'No token is available at the moment. Try again, or sign in again.';
      throw new NearbyError({ code: 'no_token', message, retryable: true, cause });
    }
  }

  #expiresSoon(): boolean {
    const { expiresAt } = this;
    return this.#trustsClock && expiresAt !== undefined && expiresAt - this.#now() < MIN_LIFETIME_MS;
  }
}

/** Whether the server says that the account is gone for good. */
export function isAccountErased({ code }: NearbyError): boolean {
  return code === 'account_erased';
}

/** Reads the `exp` claim as ms since the epoch. Only the server verifies the signature. */
function readExpiry(token: string): number | undefined {
  try {
    const part = (token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/');
    const claims: unknown = JSON.parse(atob(part));
    if (typeof claims !== 'object' || claims === null || !('exp' in claims)) return undefined;
    return typeof claims.exp === 'number' ? claims.exp * 1000 : undefined;
  } catch {
    // Not a JWT. The server refuses it with a proper error code.
    return undefined;
  }
}
