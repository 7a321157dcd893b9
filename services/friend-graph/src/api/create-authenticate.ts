/** Creates the check that a request carries a valid token of a user. */
import { CodedError } from '@nearby-friends/protocol';
import { type TokenVerifier, unauthorized } from '@nearby-friends/service-kit';
import type { Request } from 'express';
import type { TokenRevocations } from '../database/token-revocations.ts';
import type { Access, Caller } from './route.ts';

/** Throws a `CodedError`: `unauthorized`, `token_expired`, or `unavailable` if the token cannot be checked. */
export type Authenticate = (request: Request, access: Exclude<Access, 'public'>) => Promise<Caller>;

const BEARER = /^Bearer +([^\s]+) *$/i;

export function createAuthenticate(options: {
  verifier: TokenVerifier;
  revocations: Pick<TokenRevocations, 'signedOutBefore'>;
}): Authenticate {
  const { verifier, revocations } = options;
  return async (request, access) => {
    const token = BEARER.exec(request.headers.authorization ?? '')?.[1];
    if (token === undefined) {
      throw new CodedError('unauthorized', 'A token is required. Send it as "Authorization: Bearer <token>".');
    }
    const { userId: user, issuedAt } = await verifier.verify(token);
    const before = await revocations.signedOutBefore(user);
    // A token without an issue time may be older than the revocation.
    const isRevoked = before !== null && (issuedAt === null || issuedAt <= before);
    if (isRevoked && access !== 'user-or-revoked') throw unauthorized();
    return { user, isRevoked };
  };
}
