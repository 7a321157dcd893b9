/** Creates the check that a request carries a valid token of a user. */
import { CodedError } from '@nearby-friends/protocol';
import { type TokenVerifier, unauthorized } from '@nearby-friends/service-kit';
import type { Request } from 'express';
import { accountErased } from '../database/account-erased.ts';
import type { Admission } from '../graph/admission.ts';
import type { Access, Caller } from './route.ts';

/** Throws a `CodedError`: `unauthorized`, `token_expired`, `token_not_yet_valid`, `account_erased`, or `unavailable` if the token cannot be checked. */
export type Authenticate = (request: Request, access: Exclude<Access, 'public'>) => Promise<Caller>;

const BEARER = /^Bearer +([^\s]+) *$/i;

export function createAuthenticate(options: {
  verifier: TokenVerifier;
  admission: Pick<Admission, 'admit'>;
}): Authenticate {
  const { verifier, admission } = options;
  return async (request, access) => {
    const token = BEARER.exec(request.headers.authorization ?? '')?.[1];
    if (token === undefined) {
      throw new CodedError('unauthorized', 'A token is required. Send it as "Authorization: Bearer <token>".');
    }
    const { userId: user, issuedAt } = await verifier.verify(token);
    const admitted = await admission.admit(user, issuedAt);
    const isRevoked = admitted !== 'valid';
    if (isRevoked && access !== 'user-or-revoked') throw admitted === 'erased' ? accountErased() : unauthorized();
    return { user, issuedAt, isRevoked };
  };
}
