/** The errors for revoked tokens. */
import { CodedError } from '@nearby-friends/protocol';

/** A revocation as friend-graph states it, ms since the epoch: tokens issued at these times or earlier are void. */
export interface Revocation {
  readonly before: number;
  /** Null: it erased no account. */
  readonly erasedBefore: number | null;
}

/** `account_erased` is final for the client: no newer token of the same sign-in may bring the account back. */
export function revokedToken(isErased: boolean): CodedError {
  return isErased
    ? new CodedError('account_erased', 'This account has been erased. Sign up again to use the service.')
    : new CodedError('unauthorized', 'The token has been revoked. Sign in and connect again.');
}
