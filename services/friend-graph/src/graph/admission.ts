/** Decides whether the user of a verified token may act: not with a revoked token, nor for an erased account. */
import type { UserId } from '@nearby-friends/protocol';
import { unauthorized } from '@nearby-friends/service-kit';
import { accountErased } from '../database/account-erased.ts';
import type { Revocation, TokenRevocations } from '../database/token-revocations.ts';

/** `erased`: the token is revoked because its user's account was erased. */
export type Admitted = 'valid' | 'revoked' | 'erased';

export class Admission {
  readonly #revocations: Pick<TokenRevocations, 'revocationOf' | 'readmit'>;

  constructor(options: { revocations: Pick<TokenRevocations, 'revocationOf' | 'readmit'> }) {
    this.#revocations = options.revocations;
  }

  /**
   * `issuedAt` in ms since the epoch; null: the token does not say, and may be older than any revocation. A token issued
   * after the erasure begins a new account. The answer is that of this moment: what creates a user checks again.
   */
  async admit(user: UserId, issuedAt: number | null): Promise<Admitted> {
    const revocation = await this.#revocations.revocationOf(user);
    const admitted = admittedBy(revocation, issuedAt);
    if (admitted === 'valid' && revocation?.isErased && issuedAt !== null) {
      await this.#revocations.readmit(user, issuedAt);
    }
    return admitted;
  }

  /** Throws `account_erased` or `unauthorized` unless the user may act. */
  async require(user: UserId, issuedAt: number | null): Promise<void> {
    refuseUnless(await this.admit(user, issuedAt));
  }
}

/**
 * The same inside a change, by what is revoked at that moment: a call may have waited since it was admitted. `exists`: whether
 * the user does, which only an erasure ends.
 */
export function requireAdmitted(revocation: Revocation | null, issuedAt: number | null, exists: boolean): void {
  refuseUnless(exists ? admittedBy(revocation, issuedAt) : 'erased');
}

function admittedBy(revocation: Revocation | null, issuedAt: number | null): Admitted {
  if (!revocation) return 'valid';
  const { before, erasedBefore } = revocation;
  if (erasedBefore !== null && (issuedAt === null || issuedAt <= erasedBefore)) return 'erased';
  return issuedAt === null || issuedAt <= before ? 'revoked' : 'valid';
}

function refuseUnless(admitted: Admitted): void {
  if (admitted === 'erased') throw accountErased();
  if (admitted === 'revoked') throw unauthorized();
}
