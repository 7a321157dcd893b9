/** Decides who may connect, by origin, token, protocol version and the limits of connections (A1). */
import type { IncomingMessage } from 'node:http';
import { CLIENT_PROTOCOL_VERSION, CodedError, handshakeAuthSchema } from '@nearby-friends/protocol';
import type { TokenVerifier, Tracer } from '@nearby-friends/service-kit';
import type { RightsLedger } from '../rights/rights-ledger.ts';
import type { Sessions } from '../sessions/sessions.ts';
import type { Admission } from '../viewer/admission.ts';
import { revokedToken } from '../viewer/revoked-token.ts';
import type { ConnectionLimits } from './connection-limits.ts';

/**
 * Whether a request's origin may use this service: that of the host, where no proxy has changed it, or an allowed one.
 * WebSockets are not subject to CORS, so that without this check pages of any site could connect. A request without an
 * origin does not come from a browser, or is one of the page itself.
 */
export function isOriginAllowed(request: IncomingMessage, allowedOrigins: readonly string[]): boolean {
  const { origin, host } = request.headers;
  if (origin === undefined) return true;
  if (allowedOrigins.includes(origin)) return true;
  return /^https?:/i.test(origin) && URL.canParse(origin) && new URL(origin).host === host?.toLowerCase();
}

export class Handshake {
  readonly #verifier: TokenVerifier;
  readonly #ledger: Pick<RightsLedger, 'isRevoked' | 'isErased'>;
  readonly #sessions: Pick<Sessions, 'size'>;
  readonly #limits: Pick<ConnectionLimits, 'checkConnect'>;
  readonly #maxConnections: number;
  readonly #tracer: Tracer;

  constructor(options: {
    verifier: TokenVerifier;
    ledger: Pick<RightsLedger, 'isRevoked' | 'isErased'>;
    sessions: Pick<Sessions, 'size'>;
    limits: Pick<ConnectionLimits, 'checkConnect'>;
    maxConnections: number;
    tracer: Tracer;
  }) {
    this.#verifier = options.verifier;
    this.#ledger = options.ledger;
    this.#sessions = options.sessions;
    this.#limits = options.limits;
    this.#maxConnections = options.maxConnections;
    this.#tracer = options.tracer;
  }

  /** Throws a `CodedError`: overloaded, rate_limited, unauthorized, protocol_version, token_expired, account_erased. */
  admit(auth: unknown): Promise<Admission> {
    return this.#tracer.span('handshake', { parent: 'none' }, () => this.#admit(auth));
  }

  async #admit(auth: unknown): Promise<Admission> {
    this.#refuseWhenFull();
    const parsed = handshakeAuthSchema.safeParse(auth);
    if (!parsed.success) {
      if (parsed.error.issues.every(({ path }) => path[0] === 'protocolVersion')) {
        throw new CodedError('protocol_version', 'protocolVersion must be an integer, or be left out.');
      }
      throw new CodedError('unauthorized', 'token is missing or malformed. Send it as auth: { token }.');
    }
    const { token, device = null, distances, protocolVersion = CLIENT_PROTOCOL_VERSION } = parsed.data;
    if (protocolVersion !== CLIENT_PROTOCOL_VERSION) {
      throw new CodedError('protocol_version', `protocolVersion must be ${CLIENT_PROTOCOL_VERSION}. Update the app.`);
    }
    const { userId, issuedAt, expiresAt } = await this.#verifier.verify(token);
    if (this.#ledger.isRevoked(userId, issuedAt)) {
      throw revokedToken(this.#ledger.isErased(userId, issuedAt));
    }
    this.#limits.checkConnect(userId);
    // Others may have connected while this token was verified.
    this.#refuseWhenFull();
    return { userId, device, issuedAt, expiresAt, measuresDistances: distances === 'client' };
  }

  #refuseWhenFull(): void {
    if (this.#sessions.size < this.#maxConnections) return;
    throw new CodedError('overloaded', 'The limit of connections is reached. Connect again in a moment.');
  }
}
