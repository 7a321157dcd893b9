/** Signs tokens for any user, only where `DEV_TOKENS` is true. */
import type { UserId } from '@nearby-friends/protocol';
import { type Clock, ConfigError, parseSigningSecret } from '@nearby-friends/service-kit';
import { SignJWT } from 'jose';

interface IssuedToken {
  readonly token: string;
  /** ms since the epoch. */
  readonly expiresAt: number;
}

export class DevTokenIssuer {
  readonly #key: Uint8Array;
  readonly #audience: string;
  readonly #issuer: string;
  readonly #lifetimeSeconds: number;
  readonly #clock: Clock;

  /** Throws `ConfigError` without a shared secret: this service never holds private keys. */
  constructor(options: { secret: string; audience: string; issuer: string; lifetimeSeconds: number; clock: Clock }) {
    const signingSecret = parseSigningSecret(options.secret);
    if (signingSecret === undefined)
      throw new ConfigError('DEV_TOKENS=true requires JWT_SECRET, which signs the tokens.');
    this.#key = new TextEncoder().encode(signingSecret);
    this.#audience = options.audience;
    this.#issuer = options.issuer;
    this.#lifetimeSeconds = options.lifetimeSeconds;
    this.#clock = options.clock;
  }

  async issue(user: UserId): Promise<IssuedToken> {
    // With a fraction: a token issued right after signing out everywhere must not count as an older one.
    const issuedAtSeconds = Math.floor(this.#clock.now()) / 1000;
    const expiresAtSeconds = Math.floor(issuedAtSeconds) + this.#lifetimeSeconds;
    const token = await new SignJWT()
      .setProtectedHeader({ alg: 'HS256' })
      .setSubject(user)
      .setAudience(this.#audience)
      .setIssuer(this.#issuer)
      .setIssuedAt(issuedAtSeconds)
      .setExpirationTime(expiresAtSeconds)
      .sign(this.#key);
    return { token, expiresAt: expiresAtSeconds * 1000 };
  }
}
