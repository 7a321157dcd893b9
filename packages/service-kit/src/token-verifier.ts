/** Decides whose token this is (A1). */
import { CodedError, MAX_TOKEN_LENGTH, type UserId, userIdSchema } from '@nearby-friends/protocol';
import { errors, jwtVerify } from 'jose';

export interface VerifiedToken {
  readonly userId: UserId;
  /** When it was issued, ms since the epoch; null when the token does not say. */
  readonly issuedAt: number | null;
  /** ms since the epoch. */
  readonly expiresAt: number;
}

export interface TokenVerifier {
  /** Throws a `CodedError`: `unauthorized` or `token_expired`. Never says which check failed to whoever sent it. */
  verify(token: string): Promise<VerifiedToken>;
}

/** Tokens signed with a shared secret. The algorithm is pinned: a token cannot choose how it is checked. */
export function createSecretVerifier(options: { secret: string; audience: string; issuer: string }): TokenVerifier {
  const key = new TextEncoder().encode(options.secret);
  return {
    async verify(token) {
      if (token.length > MAX_TOKEN_LENGTH) throw unauthorized();
      try {
        const { payload } = await jwtVerify(token, key, {
          algorithms: ['HS256'],
          audience: options.audience,
          issuer: options.issuer,
          requiredClaims: ['exp', 'sub'],
        });
        const userId = userIdSchema.safeParse(payload.sub);
        if (!userId.success || payload.exp === undefined) throw unauthorized();
        return {
          userId: userId.data,
          issuedAt: payload.iat === undefined ? null : payload.iat * 1000,
          expiresAt: payload.exp * 1000,
        };
      } catch (error) {
        if (error instanceof CodedError) throw error;
        if (error instanceof errors.JWTExpired) {
          throw new CodedError('token_expired', 'The token has expired. Get a new one and connect again.');
        }
        throw unauthorized();
      }
    },
  };
}

function unauthorized(): CodedError {
  return new CodedError('unauthorized', 'This needs a valid token. Sign in and send the token you are given.');
}
