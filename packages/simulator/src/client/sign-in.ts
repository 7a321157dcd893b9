/** Gets a user a token from the development endpoint. */
import { type FetchLike, NearbyError, signInForDevelopment } from '@nearby-friends/client';
import { RemedyError } from '@nearby-friends/local-stack';
import type { UserId } from '@nearby-friends/protocol';
import type { WallClock } from '../plain/wall-clock.ts';
import { withRetries } from './with-retries.ts';

/** A service that is just starting or restarting gets this many chances. */
const ATTEMPTS = 5;
const RETRY_PAUSE_MS = 500;
/** Shorter than the client's own: one that hangs is soon tried again. */
const RESPONSE_TIMEOUT_MS = 5_000;

interface SignInOptions {
  /** The deployment's public address, without a path. */
  readonly url: string;
  readonly sourceAddress: string;
  readonly clock: WallClock;
}

/**
 * Creates the user if it is new. Tries again where that may help. Throws {@link RemedyError} when the deployment does not
 * give a token.
 */
export async function signIn(user: UserId, { url, sourceAddress, clock }: SignInOptions): Promise<string> {
  const fetchFrom: FetchLike = (address, request) =>
    fetch(address, {
      ...request,
      headers: { ...request.headers, 'X-Forwarded-For': sourceAddress },
      signal: AbortSignal.any([request.signal, AbortSignal.timeout(RESPONSE_TIMEOUT_MS)]),
    });
  const pause = (attempt: number): Promise<void> => clock.pause(RETRY_PAUSE_MS * (attempt + 1));
  try {
    const signedIn = (): ReturnType<typeof signInForDevelopment> =>
      signInForDevelopment({ url, userId: user, fetch: fetchFrom });
    return (await withRetries(signedIn, { attempts: ATTEMPTS, pause })).token;
  } catch (cause) {
    if (!(cause instanceof NearbyError)) throw cause;
    const { status, message } = cause;
    throw new RemedyError(
      `No token for user ${user} from ${url}: ${status === undefined ? message : `HTTP ${status}`}.`,
      'The deployment must be running with DEV_TOKENS=true.',
      { cause },
    );
  }
}
