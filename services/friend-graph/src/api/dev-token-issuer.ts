/** Signs tokens for anybody who asks: only where `DEV_TOKENS` says so. */
import type { UserId } from '@nearby-friends/protocol';
import { type Clock, ConfigError, parseSigningSecret } from '@nearby-friends/service-kit';
import { SignJWT } from 'jose';

export interface IssuedToken {
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

  /** Throws `ConfigError` when there is no secret to sign with: private keys are none of this service's business. */
  constructor(options: { secret: string; audience: string; issuer: string; lifetimeSeconds: number; clock: Clock }) {
    const signingSecret = parseSigningSecret(options.secret);
    if (signingSecret === undefined)
      throw new ConfigError('DEV_TOKENS=true needs JWT_SECRET: tokens are signed with it.');
    this.#key = new TextEncoder().encode(signingSecret);
    this.#audience = options.audience;
    this.#issuer = options.issuer;
    this.#lifetimeSeconds = options.lifetimeSeconds;
    this.#clock = options.clock;
  }

  async issue(user: UserId): Promise<IssuedToken> {
    // With its fraction: a token made right after signing out everywhere must not count as one from before.
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
