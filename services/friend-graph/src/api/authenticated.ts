/** Lets only the holder of a valid token through, as the user the token names. */
import { CodedError, type UserId } from '@nearby-friends/protocol';
import type { TokenVerifier } from '@nearby-friends/service-kit';
import type { Request, RequestHandler, Response } from 'express';

export type UserRequestHandler = (user: UserId, request: Request, response: Response) => Promise<void>;
/** Wraps a handler so that it is called with the user; 401 for everybody else. */
export type Authenticate = (handle: UserRequestHandler) => RequestHandler;

const BEARER = /^Bearer +([^\s]+) *$/i;

export function createAuthenticate(verifier: TokenVerifier): Authenticate {
  return (handle) => async (request, response) => {
    const token = BEARER.exec(request.headers.authorization ?? '')?.[1];
    if (token === undefined) {
      throw new CodedError('unauthorized', 'This needs a token. Send it as "Authorization: Bearer" and the token.');
    }
    const { userId } = await verifier.verify(token);
    await handle(userId, request, response);
  };
}
