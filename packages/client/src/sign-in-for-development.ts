/** Gets a development token from deployments with `DEV_TOKENS=true`. */
import type { FetchLike } from './api/fetch-like.ts';
import { HttpCaller } from './api/http-caller.ts';
import { baseUrl } from './base-url.ts';
import { systemClock } from './clock.ts';
import { NearbyError } from './nearby-error.ts';

/** A development token. */
export interface DevelopmentToken {
  token: string;
  /** ms since the epoch. */
  expiresAt: number;
}

/** The deployment and the user id. */
export interface DevelopmentSignIn {
  /** The deployment's public address. */
  readonly url: string;
  /** The user is created if it does not exist. */
  readonly userId: string;
  /** Begins a new account if the one with this id was erased. Default: false, which rejects with `account_erased`. */
  readonly newAccount?: boolean;
  /** Default: the global `fetch`. */
  readonly fetch?: FetchLike;
}

/** Signs in without a password. Rejects with code `not_found` where the deployment issues no development tokens. */
export async function signInForDevelopment(options: DevelopmentSignIn): Promise<DevelopmentToken> {
  const { userId, newAccount = false, fetch = (...call) => globalThis.fetch(...call) } = options;
  const caller = new HttpCaller({ base: baseUrl(options.url), fetch, clock: systemClock });
  const response = await caller.call({
    method: 'POST',
    path: '/dev/tokens',
    body: { userId, ...(newAccount && { newAccount }) },
  });
  if (isToken(response)) return response;
  throw new NearbyError({
    code: 'bad_answer',
    message: 'The response contains no token. Check the url.',
    retryable: false,
  });
}

function isToken(response: unknown): response is DevelopmentToken {
  return typeof response === 'object' && response !== null && 'token' in response && typeof response.token === 'string';
}
