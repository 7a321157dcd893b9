/** Decides whether the user of a verified token may act: not with a revoked token, nor for an erased account. */
import type { UserId } from '@nearby-friends/protocol';
import { unauthorized } from '@nearby-friends/service-kit';
import { accountErased } from '../database/account-erased.ts';
import type { TokenRevocations } from '../database/token-revocations.ts';

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
    if (!revocation) return 'valid';
    const { before, erasedBefore, isErased } = revocation;
    if (erasedBefore !== null && (issuedAt === null || issuedAt <= erasedBefore)) return 'erased';
    if (issuedAt === null || issuedAt <= before) return 'revoked';
    if (isErased) await this.#revocations.readmit(user, issuedAt);
    return 'valid';
  }

  /** Throws `account_erased` or `unauthorized` unless the user may act. */
  async require(user: UserId, issuedAt: number | null): Promise<void> {
    const admitted = await this.admit(user, issuedAt);
    if (admitted === 'erased') throw accountErased();
    if (admitted === 'revoked') throw unauthorized();
  }
}
