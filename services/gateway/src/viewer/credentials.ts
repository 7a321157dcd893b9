/** The token of one connection, and whether it has been revoked. Times are ms since the epoch. */
import type { Revocation } from './revoked-token.ts';

export interface TokenTimes {
  readonly expiresAt: number;
  /** Null when the token does not say. */
  readonly issuedAt: number | null;
}

export class Credentials {
  #expiresAt: number;
  #issuedAt: number | null;
  /** Tokens issued at this time or earlier are revoked; null while no sign-out is known. */
  #signedOutBefore: number | null = null;
  /** The account of tokens issued at this time or earlier is erased; null while no erasure is known. */
  #erasedBefore: number | null = null;

  constructor({ expiresAt, issuedAt }: TokenTimes) {
    this.#expiresAt = expiresAt;
    this.#issuedAt = issuedAt;
  }

  get expiresAt(): number {
    return this.#expiresAt;
  }

  get issuedAt(): number | null {
    return this.#issuedAt;
  }

  get signedOutBefore(): number | null {
    return this.#signedOutBefore;
  }

  /** Replaces the token by a verified one of the same user. */
  renew({ expiresAt, issuedAt }: TokenTimes): void {
    this.#expiresAt = expiresAt;
    this.#issuedAt = issuedAt;
  }

  /** Revokes the user's tokens issued at `before` or earlier; those issued at `erasedBefore` or earlier by an erasure. */
  revokeBefore({ before, erasedBefore }: Revocation): void {
    this.#signedOutBefore = Math.max(this.#signedOutBefore ?? before, before);
    if (erasedBefore !== null) this.#erasedBefore = Math.max(this.#erasedBefore ?? erasedBefore, erasedBefore);
  }

  /** Whether a token of this user issued at `issuedAt` is revoked; by default the connection's own. */
  isRevoked(issuedAt: number | null = this.#issuedAt): boolean {
    return this.#signedOutBefore !== null && (issuedAt === null || issuedAt <= this.#signedOutBefore);
  }

  /** Whether such a token is revoked because the account was erased. */
  isErased(issuedAt: number | null = this.#issuedAt): boolean {
    return this.#erasedBefore !== null && (issuedAt === null || issuedAt <= this.#erasedBefore);
  }
}
