/** Performs one HTTP call with token and timeout, and turns every failure into a `NearbyError`. */
import { type AccessToken, isAccountErased } from '../access-token.ts';
import type { Clock } from '../clock.ts';
import { NearbyError } from '../nearby-error.ts';
import { OriginCheck } from '../origin-check.ts';
import type { CallOptions } from './api.ts';
import { errorFromResponse } from './error-from-response.ts';
import type { FetchLike } from './fetch-like.ts';

export interface Call extends CallOptions {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Relative to `/api/v1`, with each part already encoded. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly body?: object;
  /**
   * Whether the call revokes its own token. A refused token can then mean that an earlier attempt succeeded, so no
   * other token is tried.
   */
  readonly revokesToken?: boolean;
  /** Whether the call erases the account of its token. */
  readonly erasesAccount?: boolean;
}

/** The server or its load balancer responds within 15 s. */
const RESPONSE_TIMEOUT_MS = 20_000;

export class HttpCaller {
  readonly #base: string;
  readonly #token: AccessToken | undefined;
  readonly #fetch: FetchLike;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #clock: Clock;
  readonly #originCheck: OriginCheck;

  constructor(options: {
    /** The deployment's public address, without a slash at its end. */
    base: string;
    /** Without it, calls are made unauthenticated. */
    token?: AccessToken;
    fetch: FetchLike;
    /** Sent with every call. */
    headers?: Readonly<Record<string, string>> | undefined;
    clock: Clock;
  }) {
    this.#base = `${options.base}/api/v1`;
    this.#originCheck = new OriginCheck(options);
    this.#token = options.token;
    this.#fetch = options.fetch;
    this.#headers = options.headers ?? {};
    this.#clock = options.clock;
  }

  /** Resolves with the parsed JSON body, or undefined for an empty body. Rejects with a `NearbyError`. */
  async call(call: Call): Promise<unknown> {
    const token = await this.#token?.current();
    try {
      const response = await this.#send(call, token);
      if (call.erasesAccount) this.#token?.end(accountErased());
      return response;
    } catch (error) {
      if (error instanceof NearbyError && isAccountErased(error)) this.#token?.end(error);
      const newer = await this.#newerToken(error, token, call);
      if (newer === undefined) throw error;
      // The server has not executed the refused call, so repeating it is safe.
      return this.#send(call, newer);
    }
  }

  /** Fetches another token if the call failed because of `refused`. Undefined if there is no other token. */
  async #newerToken(error: unknown, refused: string | undefined, { revokesToken }: Call): Promise<string | undefined> {
    if (!(error instanceof NearbyError) || error.status !== 401 || !this.#token?.canRenew) return undefined;
    // A newer token would only be valid later still.
    if (isAccountErased(error) || error.code === 'token_not_yet_valid') return undefined;
    if (revokesToken && error.code !== 'token_expired') return undefined;
    const newer = await this.#token.renew(refused);
    return newer === refused ? undefined : newer;
  }

  async #send(call: Call, token: string | undefined): Promise<unknown> {
    const { method, path, query, body, signal } = call;
    signal?.throwIfAborted();
    const abortController = new AbortController();
    const onAbort = (): void => abortController.abort();
    signal?.addEventListener('abort', onAbort, { once: true });
    let hasTimedOut = false;
    const cancelTimeout = this.#clock.after(RESPONSE_TIMEOUT_MS, () => {
      hasTimedOut = true;
      abortController.abort();
    });
    try {
      const response = await this.#fetch(`${this.#base}${path}${queryText(query)}`, {
        method,
        headers: {
          ...this.#headers,
          accept: 'application/json',
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: abortController.signal,
      });
      const text = await response.text();
      if (!response.ok) throw errorFromResponse(response, text);
      return parseResponse(text, response.status);
    } catch (cause) {
      if (cause instanceof NearbyError) throw cause;
      signal?.throwIfAborted();
      throw hasTimedOut
        ? new NearbyError({
            code: 'timeout',
            message: 'The server did not respond in time. Try again.',
            retryable: true,
          })
        : await this.#originCheck.explain(unreachable(cause));
    } finally {
      cancelTimeout();
      signal?.removeEventListener('abort', onAbort);
    }
  }
}

function unreachable(cause: unknown): NearbyError {
  const message = 'The server cannot be reached. Check the connection and try again.';
  return new NearbyError({ code: 'network', message, retryable: true, cause });
}

function accountErased(): NearbyError {
  const message = 'This account has been erased. Sign up again to use the service.';
  return new NearbyError({ code: 'account_erased', message, retryable: false });
}

function queryText(query: Call['query'] = {}): string {
  const given = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) given.set(name, String(value));
  const text = given.toString();
  return text === '' ? '' : `?${text}`;
}

function parseResponse(text: string, status: number): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch (cause) {
    const message = 'The response is not JSON. Check that url is the address of a Nearby Friends deployment.';
    throw new NearbyError({ code: 'bad_answer', message, retryable: false, status, cause });
  }
}
