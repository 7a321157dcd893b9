/** Creates the check that a request carries a valid token of a user. */
import { CodedError } from '@nearby-friends/protocol';
import { type TokenVerifier, unauthorized } from '@nearby-friends/service-kit';
import type { Request } from 'express';
import { accountErased } from '../database/account-erased.ts';
import type { Admission } from '../graph/admission.ts';
import type { UserLimits } from '../lanes/user-limits.ts';
import type { Access, Caller } from './route.ts';

/**
 * Calls `handle` for a valid token, as one of the few requests of its user that are handled at a time. Throws a `CodedError`:
 * `unauthorized`, `token_expired`, `token_not_yet_valid`, `account_erased`, `rate_limited`, or `unavailable` if the token
 * cannot be checked.
 */
export type Authenticate = (
  request: Request,
  access: Exclude<Access, 'public'>,
  handle: (caller: Caller) => Promise<void>,
) => Promise<void>;

const BEARER = /^Bearer +([^\s]+) *$/i;

export function createAuthenticate(options: {
  verifier: TokenVerifier;
  admission: Pick<Admission, 'admit'>;
  limits: Pick<UserLimits, 'run'>;
}): Authenticate {
  const { verifier, admission, limits } = options;
  return async (request, access, handle) => {
    const token = BEARER.exec(request.headers.authorization ?? '')?.[1];
    if (token === undefined) {
      throw new CodedError('unauthorized', 'A token is required. Send it as "Authorization: Bearer <token>".');
    }
    const { userId: user, issuedAt } = await verifier.verify(token);
    // The admission needs the database as well.
    await limits.run(user, async () => {
      // The client did not wait for its turn.
      if (request.res?.closed) return;
      const admitted = await admission.admit(user, issuedAt);
      const isRevoked = admitted !== 'valid';
      if (isRevoked && access !== 'user-or-revoked') throw admitted === 'erased' ? accountErased() : unauthorized();
      await handle({ user, issuedAt, isRevoked });
    });
  };
}
