/** The token in use: fetched when there is none, renewed when it runs out or is refused. */
import { NearbyError } from './nearby-error.ts';

/** Either or both: a token to begin with, and the way to a newer one. */
export interface Credentials {
  /** A JWT. */
  readonly token?: string | undefined;
  /** Gives a token that is good for a while. Called again shortly before that one ends, and when it is refused. */
  readonly getToken?: (() => Promise<string>) | undefined;
}

/** A token that ends within this time is not sent any more when there is a way to a newer one, ms. */
const MIN_LIFE_MS = 5_000;

export class AccessToken {
  readonly #getToken: (() => Promise<string>) | undefined;
  /** ms since the epoch, as close to the server's clock as is known. */
  readonly #now: () => number;
  #token: string | undefined;
  /** Whether the token seemed good when it came. If not, this device's clock is wrong, and only the server can tell. */
  #isDated = true;
  #fetching: Promise<string> | undefined;

  constructor({ token, getToken }: Credentials, now: () => number) {
    if (token === undefined && getToken === undefined) throw new TypeError('Give token, getToken or both.');
    this.#token = token;
    this.#getToken = getToken;
    this.#now = now;
  }

  /** Whether there is a way to another token. */
  get canRenew(): boolean {
    return this.#getToken !== undefined;
  }

  /** When the token in use ends, ms since the epoch; undefined when there is none or it does not say. */
  get endsAt(): number | undefined {
    return this.#token === undefined ? undefined : expiryOf(this.#token);
  }

  /** The token to send now. Rejects with `no_token`. */
  async current(): Promise<string> {
    const token = this.#token;
    if (token !== undefined && (!this.canRenew || !this.#endsSoon())) return token;
    return this.renew();
  }

  /**
   * A token newer than `refused`, if that is still the one in use. Whoever asks while another is being fetched gets
   * that one. Resolves with `refused` itself when there is no other. Rejects with `no_token`.
   */
  async renew(refused = this.#token): Promise<string> {
    if (refused !== undefined && (refused !== this.#token || !this.#getToken)) return this.#token ?? refused;
    this.#fetching ??= this.#fetch().finally(() => {
      this.#fetching = undefined;
    });
    return this.#fetching;
  }

  async #fetch(): Promise<string> {
    try {
      const token = await this.#getToken?.();
      if (typeof token !== 'string' || token === '') throw new TypeError('getToken gave no token');
      this.#token = token;
      this.#isDated = true;
      this.#isDated = !this.#endsSoon();
      return token;
    } catch (cause) {
      const message = 'No token is to be had at the moment. Try again, or sign in anew.';
      throw new NearbyError({ code: 'no_token', message, retryable: true, cause });
    }
  }

  #endsSoon(): boolean {
    const { endsAt } = this;
    return this.#isDated && endsAt !== undefined && endsAt - this.#now() < MIN_LIFE_MS;
  }
}

/** Reads `exp`, ms since the epoch. The signature is the server's business. */
function expiryOf(token: string): number | undefined {
  try {
    const part = (token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/');
    const claims: unknown = JSON.parse(atob(part));
    if (typeof claims !== 'object' || claims === null || !('exp' in claims)) return undefined;
    return typeof claims.exp === 'number' ? claims.exp * 1000 : undefined;
  } catch {
    // Not a JWT: the server will say so.
    return undefined;
  }
}
