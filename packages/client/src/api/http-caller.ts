/** One call of the HTTP API: token, time-out, and every failure as a `NearbyError`. */
import type { AccessToken } from '../access-token.ts';
import type { Clock } from '../clock.ts';
import { NearbyError } from '../nearby-error.ts';
import type { CallOptions } from './api.ts';
import { errorFromAnswer } from './problem-error.ts';

/** As much of an answer as is used. */
export interface HttpAnswer {
  readonly ok: boolean;
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  text(): Promise<string>;
}

/** As much of `fetch` as is used. */
export type FetchLike = (
  url: string,
  init: {
    readonly method: string;
    readonly headers: Record<string, string>;
    readonly body?: string;
    readonly signal: AbortSignal;
  },
) => Promise<HttpAnswer>;

export interface Call extends CallOptions {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below `/api/v1`, each part already encoded. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly body?: object;
  /**
   * The call itself voids the token: a token that is refused may be the sign that it is done, so that no other one is
   * tried.
   */
  readonly endsToken?: boolean;
}

/** The server answers within 15 s, or its load balancer does so in its place. */
const ANSWER_TIMEOUT_MS = 20_000;

export class HttpCaller {
  readonly #base: string;
  readonly #token: AccessToken | undefined;
  readonly #fetch: FetchLike;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #clock: Clock;

  constructor(options: {
    /** The deployment's public address. */
    url: string;
    /** None: calls are made without a token. */
    token?: AccessToken;
    fetch: FetchLike;
    /** Sent with every call. */
    headers?: Readonly<Record<string, string>> | undefined;
    clock: Clock;
  }) {
    this.#base = `${options.url.replace(/\/+$/, '')}/api/v1`;
    this.#token = options.token;
    this.#fetch = options.fetch;
    this.#headers = options.headers ?? {};
    this.#clock = options.clock;
  }

  /** Resolves with the answer's JSON, undefined when there is none. Rejects with a `NearbyError`. */
  async call(call: Call): Promise<unknown> {
    const token = await this.#token?.current();
    try {
      return await this.#send(call, token);
    } catch (error) {
      const newer = await this.#newerToken(error, token, call);
      if (newer === undefined) throw error;
      // The server has done nothing of what it refused.
      return this.#send(call, newer);
    }
  }

  /** Another token when `refused` was the reason of the failure and there is another. */
  async #newerToken(error: unknown, refused: string | undefined, { endsToken }: Call): Promise<string | undefined> {
    if (!(error instanceof NearbyError) || error.status !== 401 || !this.#token?.canRenew) return undefined;
    if (endsToken && error.code !== 'token_expired') return undefined;
    const newer = await this.#token.renew(refused);
    return newer === refused ? undefined : newer;
  }

  async #send(call: Call, token: string | undefined): Promise<unknown> {
    const { method, path, query, body, signal } = call;
    signal?.throwIfAborted();
    const giveUp = new AbortController();
    const onAbort = (): void => giveUp.abort();
    signal?.addEventListener('abort', onAbort, { once: true });
    let isLate = false;
    const cancelTimeout = this.#clock.after(ANSWER_TIMEOUT_MS, () => {
      isLate = true;
      giveUp.abort();
    });
    try {
      const answer = await this.#fetch(`${this.#base}${path}${queryText(query)}`, {
        method,
        headers: {
          ...this.#headers,
          accept: 'application/json',
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: giveUp.signal,
      });
      const text = await answer.text();
      if (!answer.ok) throw errorFromAnswer(answer, text);
      return parseAnswer(text, answer.status);
    } catch (cause) {
      if (cause instanceof NearbyError) throw cause;
      signal?.throwIfAborted();
      throw isLate
        ? new NearbyError({
            code: 'timeout',
            message: 'The server did not answer in time. Try again.',
            retryable: true,
          })
        : new NearbyError({
            code: 'network',
            message: 'The server cannot be reached. Check the connection and try again.',
            retryable: true,
            cause,
          });
    } finally {
      cancelTimeout();
      signal?.removeEventListener('abort', onAbort);
    }
  }
}

function queryText(query: Call['query'] = {}): string {
  const given = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) given.set(name, String(value));
  const text = given.toString();
  return text === '' ? '' : `?${text}`;
}

function parseAnswer(text: string, status: number): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch (cause) {
    const message = 'What answers at this address is no Nearby Friends server. Check the url.';
    throw new NearbyError({ code: 'bad_answer', message, retryable: false, status, cause });
  }
}
