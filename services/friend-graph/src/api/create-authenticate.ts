/** Lets only the holder of a valid token through, as the user the token names. */
import { CodedError } from '@nearby-friends/protocol';
import { type TokenVerifier, unauthorized } from '@nearby-friends/service-kit';
import type { Request } from 'express';
import type { TokenRevocations } from '../database/token-revocations.ts';
import type { Access, Caller } from './route.ts';

/** Who calls. Throws a `CodedError`: `unauthorized`, `token_expired`, or `unavailable` when that cannot be told. */
export type Authenticate = (request: Request, access: Exclude<Access, 'anybody'>) => Promise<Caller>;

const BEARER = /^Bearer +([^\s]+) *$/i;

export function createAuthenticate(options: {
  verifier: TokenVerifier;
  revocations: Pick<TokenRevocations, 'signedOutBefore'>;
}): Authenticate {
  const { verifier, revocations } = options;
  return async (request, access) => {
    const token = BEARER.exec(request.headers.authorization ?? '')?.[1];
    if (token === undefined) {
      throw new CodedError('unauthorized', 'This needs a token. Send it as "Authorization: Bearer" and the token.');
    }
    const { userId: user, issuedAt } = await verifier.verify(token);
    const before = await revocations.signedOutBefore(user);
    // A token that does not say when it was issued may be from before.
    const isRevoked = before !== null && (issuedAt === null || issuedAt <= before);
    if (isRevoked && access !== 'called-back') throw unauthorized();
    return { user, isRevoked };
  };
}
