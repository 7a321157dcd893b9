/** Verifies tokens and returns their user (A1). */
import { CodedError, MAX_TOKEN_LENGTH, type UserId } from '@nearby-friends/protocol';
import { errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import type { Clock } from '../clock/clock.ts';
import { type Config, ConfigError } from '../config/read-config.ts';
import type { Logger } from '../logging/logger.ts';
import { RemoteKeySet } from './remote-key-set.ts';
import { parseSecrets } from './token-secrets.ts';
import type { tokenSettings } from './token-settings.ts';
import { readUserIdClaim, type UserIdFormat } from './user-id-claim.ts';

export interface VerifiedToken {
  readonly userId: UserId;
  /** ms since the epoch; null when the token has no `iat`. */
  readonly issuedAt: number | null;
  /** ms since the epoch. */
  readonly expiresAt: number;
}

export interface TokenVerifier {
  /**
   * Throws a `CodedError`: `unauthorized`, `token_expired`, `token_not_yet_valid`, or `unavailable` when the token cannot be
   * verified now. The error does not reveal which other check failed, unless it is only that the token
   * names no user id.
   */
  verify(token: string): Promise<VerifiedToken>;
}

/**
 * How far the issuer's clock may be from this one, both ways: a token counts this long before its `nbf` and `iat`, and this
 * long after its `exp`.
 */
export const TOKEN_LEEWAY_SECONDS = 5;
const LEEWAY_MS = TOKEN_LEEWAY_SECONDS * 1000;

/** Required claims, whatever the signature. */
interface Expectation {
  readonly audience: string;
  readonly issuer: string;
  /** Counted from `iat`, ms; without it only the token's own expiry counts. */
  readonly maxLifetimeMs?: number;
  /** The claim that names the user. Default: `sub`, which is the user id. */
  readonly userClaim?: string;
  readonly userIdFormat?: UserIdFormat;
}

/** The verifier for the settings. Throws `ConfigError` unless exactly one of secret and key URL is set. */
export function createTokenVerifier(options: {
  config: Config<typeof tokenSettings>;
  clock: Clock;
  logger: Logger;
}): TokenVerifier {
  const { jwtSecret: secret, jwksUrl: url, jwtAlgorithms, jwtAudience, jwtIssuer } = options.config;
  if ((secret === '') === (url === '')) {
    throw new ConfigError('Set exactly one of JWT_SECRET and JWKS_URL: tokens are verified with it.');
  }
  const expected = {
    audience: jwtAudience,
    issuer: jwtIssuer,
    maxLifetimeMs: options.config.tokenMaxLifetimeSeconds * 1000,
    userClaim: options.config.jwtUserClaim,
    userIdFormat: options.config.jwtUserIdFormat,
  };
  if (secret !== '') return createSecretVerifier({ ...expected, secret });
  const keys = new RemoteKeySet({ url, clock: options.clock, logger: options.logger });
  return createKeyVerifier({ ...expected, keyFor: keys.keyFor, algorithms: jwtAlgorithms });
}

/**
 * For tokens signed with a shared secret, or with any of several, one per line. The algorithm is fixed: a token cannot choose
 * how it is verified.
 */
export function createSecretVerifier({ secret, ...expected }: Expectation & { secret: string }): TokenVerifier {
  const keys = parseSecrets(secret).map((one) => new TextEncoder().encode(one));
  return verifierOf(expected, async (token) => {
    const options = claimsOf(expected, ['HS256']);
    for (const [i, key] of keys.entries()) {
      try {
        return (await jwtVerify(token, key, options)).payload;
      } catch (error) {
        const isLast = i === keys.length - 1;
        if (isLast || !(error instanceof errors.JWSSignatureVerificationFailed)) throw error;
      }
    }
    throw unauthorized();
  });
}

/** For tokens signed with a private key; `algorithms` must be public-key algorithms. */
function createKeyVerifier({
  keyFor,
  algorithms,
  ...expected
}: Expectation & { keyFor: JWTVerifyGetKey; algorithms: readonly string[] }): TokenVerifier {
  const options = claimsOf(expected, algorithms);
  return verifierOf(expected, async (token) => (await jwtVerify(token, keyFor, options)).payload);
}

function claimsOf({ audience, issuer, userClaim = 'sub' }: Expectation, algorithms: readonly string[]) {
  const clockTolerance = TOKEN_LEEWAY_SECONDS;
  return { algorithms: [...algorithms], audience, issuer, requiredClaims: ['exp', userClaim], clockTolerance };
}

function verifierOf(
  { maxLifetimeMs = Number.POSITIVE_INFINITY, userClaim = 'sub', userIdFormat = 'plain' }: Expectation,
  readPayload: (token: string) => Promise<JWTPayload>,
): TokenVerifier {
  return {
    async verify(token) {
      if (token.length > MAX_TOKEN_LENGTH) throw unauthorized();
      try {
        const verified = verifiedOf(await readPayload(token), { claim: userClaim, format: userIdFormat });
        if (verified.issuedAt === null) return verified;
        const ageMs = Date.now() - verified.issuedAt;
        if (ageMs > maxLifetimeMs + LEEWAY_MS) throw expired();
        // Far ahead it would outlive a sign-out that follows.
        if (ageMs < -LEEWAY_MS) throw notYetValid();
        return verified;
      } catch (error) {
        if (error instanceof CodedError) throw error;
        if (error instanceof errors.JWTExpired) throw expired();
        if (error instanceof errors.JWTClaimValidationFailed && isTooEarly(error)) throw notYetValid();
        throw unauthorized();
      }
    },
  };
}

function verifiedOf(payload: JWTPayload, user: { claim: string; format: UserIdFormat }): VerifiedToken {
  const { iat, exp } = payload;
  if (exp === undefined) throw unauthorized();
  return {
    userId: readUserIdClaim(payload[user.claim], user),
    // Issuers may use fractions of a second.
    issuedAt: iat === undefined ? null : Math.round(iat * 1000),
    expiresAt: exp * 1000,
  };
}

function expired(): CodedError {
  return new CodedError('token_expired', 'The token has expired. Get a new one and connect again.');
}

function notYetValid(): CodedError {
  const message = 'The token is not valid yet by the clock of this server. Try again with it in a moment.';
  return new CodedError('token_not_yet_valid', message);
}

/** `nbf` is the last claim that jose checks before `exp`: the token is good otherwise. */
function isTooEarly({ claim, reason }: errors.JWTClaimValidationFailed): boolean {
  return claim === 'nbf' && reason === 'check_failed';
}

/** The error for every invalid or missing token, whatever the reason. */
export function unauthorized(): CodedError {
  return new CodedError('unauthorized', 'This needs a valid token. Sign in and send the token you are given.');
}
