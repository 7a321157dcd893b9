/** Handles `token:refresh`: verifies the new token and replaces the session's. */
import { CodedError, tokenRefreshSchema } from '@nearby-friends/protocol';
import type { TokenVerifier } from '@nearby-friends/service-kit';
import type { RightsLedger } from '../rights/rights-ledger.ts';
import { revokedToken } from '../viewer/revoked-token.ts';
import type { Session } from '../viewer/session.ts';
import { parsePayload } from './parse-payload.ts';

export class TokenReceiver {
  readonly #verifier: TokenVerifier;
  readonly #ledger: Pick<RightsLedger, 'isRevoked' | 'isErased'>;

  constructor(options: { verifier: TokenVerifier; ledger: Pick<RightsLedger, 'isRevoked' | 'isErased'> }) {
    this.#verifier = options.verifier;
    this.#ledger = options.ledger;
  }

  /** Throws `invalid_payload`, `unauthorized`, `account_erased` or `token_expired`. */
  async receive({ credentials, user }: Session, payload: unknown): Promise<object> {
    const { token } = parsePayload(tokenRefreshSchema, payload);
    const { userId, issuedAt, expiresAt } = await this.#verifier.verify(token);
    if (userId !== user) {
      throw new CodedError('unauthorized', 'The token belongs to another user. Open a new connection for that user.');
    }
    if (this.#ledger.isRevoked(userId, issuedAt) || credentials.isRevoked(issuedAt)) {
      throw revokedToken(this.#ledger.isErased(userId, issuedAt) || credentials.isErased(issuedAt));
    }
    credentials.renew({ expiresAt, issuedAt });
    return {};
  }
}
