/** A token for anybody, where the deployment gives them (`DEV_TOKENS=true`): for trying things out. */
import { type FetchLike, HttpCaller } from './api/http-caller.ts';
import { systemClock } from './clock.ts';
import { NearbyError } from './nearby-error.ts';

/** A token for trying things out. */
export interface DevelopmentToken {
  token: string;
  /** ms since the epoch. */
  expiresAt: number;
}

/** Where to sign in, and as whom. */
export interface DevelopmentSignIn {
  /** The deployment's public address. */
  readonly url: string;
  /** Made if new. */
  readonly userId: string;
  /** Default: the global one. */
  readonly fetch?: FetchLike;
}

/** Rejects with a `NearbyError`; its code is `not_found` where no such tokens are given. */
export async function signInForDevelopment(options: DevelopmentSignIn): Promise<DevelopmentToken> {
  const { url, userId, fetch = (...call) => globalThis.fetch(...call) } = options;
  const caller = new HttpCaller({ url, fetch, clock: systemClock });
  const answer = await caller.call({ method: 'POST', path: '/dev/tokens', body: { userId } });
  if (isToken(answer)) return answer;
  throw new NearbyError({ code: 'bad_answer', message: 'The answer holds no token. Check the url.', retryable: false });
}

function isToken(answer: unknown): answer is DevelopmentToken {
  return typeof answer === 'object' && answer !== null && 'token' in answer && typeof answer.token === 'string';
}
