/** Finds out whether a call failed because the server does not let this page read its responses. */
import type { FetchLike } from './api/fetch-like.ts';
import { NearbyError } from './nearby-error.ts';

const PROBE_TIMEOUT_MS = 5_000;

/** Globals of a browser that Node does not have. */
interface BrowserGlobals {
  readonly location?: { readonly origin: string };
}

/** A page of another origin cannot tell a refusal from a lost network, but it may ask without reading the answer. */
export class OriginCheck {
  readonly #base: string;
  readonly #fetch: FetchLike;

  constructor(options: {
    /** The deployment's public address. */
    base: string;
    fetch: FetchLike;
  }) {
    this.#base = options.base;
    this.#fetch = options.fetch;
  }

  /** Whether the page is from another origin than the deployment; false outside a browser. */
  get isForeign(): boolean {
    const { location } = globalThis as BrowserGlobals;
    return location !== undefined && location.origin !== new URL(this.#base).origin;
  }

  /** Returns another error if the server responds and the browser keeps the response from this page; never rejects. */
  async explain(error: NearbyError): Promise<NearbyError> {
    if (error.code !== 'network' || !this.isForeign) return error;
    try {
      const signal = AbortSignal.timeout(PROBE_TIMEOUT_MS);
      await this.#fetch(`${this.#base}/`, { method: 'GET', mode: 'no-cors', headers: {}, signal });
    } catch {
      return error;
    }
    return new NearbyError({
      code: 'origin_refused',
      message:
        'The server responds, but not to pages of this origin. Its operator must list the origin in ALLOWED_ORIGINS.',
      retryable: true,
      cause: error,
    });
  }
}
