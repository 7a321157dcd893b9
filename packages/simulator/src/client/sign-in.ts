/** Gets a user a token from the development endpoint. */

import { RemedyError } from '@nearby-friends/local-stack';
import type { UserId } from '@nearby-friends/protocol';
import type { WallClock } from '../wall-clock.ts';

/** A service that is just starting or restarting gets this many chances. */
const ATTEMPTS = 5;
const RETRY_PAUSE_MS = 500;
const RESPONSE_TIMEOUT_MS = 5_000;

interface SignInOptions {
  /** The deployment's public address, without a path. */
  readonly url: string;
  readonly sourceAddress: string;
  readonly clock: WallClock;
}

/**
 * `POST /api/v1/dev/tokens`; creates the user if it is new. Tries again on 429, 5xx and lost connections.
 * Throws {@link RemedyError} when the deployment does not give a token.
 */
export async function signIn(user: UserId, options: SignInOptions): Promise<string> {
  let failure = '';
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    if (attempt > 1) await options.clock.pause(RETRY_PAUSE_MS * attempt);
    const outcome = await requestToken(user, options);
    if ('token' in outcome) return outcome.token;
    failure = outcome.failure;
    if (!outcome.retryable) break;
  }
  throw new RemedyError(
    `No token for user ${user} from ${options.url}: ${failure}.`,
    'The deployment must be running with DEV_TOKENS=true.',
  );
}

type TokenOutcome = { readonly token: string } | { readonly failure: string; readonly retryable: boolean };

async function requestToken(user: UserId, { url, sourceAddress }: SignInOptions): Promise<TokenOutcome> {
  let status: number;
  let body: unknown;
  try {
    const response = await fetch(new URL('/api/v1/dev/tokens', url), {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'X-Forwarded-For': sourceAddress },
      body: JSON.stringify({ userId: user }),
      signal: AbortSignal.timeout(RESPONSE_TIMEOUT_MS),
    });
    status = response.status;
    body = status === 201 ? await response.json() : await response.body?.cancel();
  } catch (error) {
    return { failure: error instanceof Error ? error.message : String(error), retryable: true };
  }
  if (status !== 201) return { failure: `HTTP ${status}`, retryable: status === 429 || status >= 500 };
  if (typeof body === 'object' && body !== null && 'token' in body && typeof body.token === 'string') {
    return { token: body.token };
  }
  return { failure: 'the response holds no token', retryable: false };
}
