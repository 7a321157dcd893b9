/** Who may connect: origin, token, protocol version, room for one more (A1). */
import type { IncomingMessage } from 'node:http';
import { CLIENT_PROTOCOL_VERSION, CodedError, handshakeAuthSchema } from '@nearby-friends/protocol';
import type { TokenVerifier, VerifiedToken } from '@nearby-friends/service-kit';
import type { Admission } from '../viewer/admission.ts';

/**
 * Whether a request's origin may use this service. WebSockets are not subject to CORS: without this check any page
 * could connect in its visitor's name. No origin: not a browser.
 */
export function isOriginAllowed(request: IncomingMessage, allowedOrigins: readonly string[]): boolean {
  const { origin, host } = request.headers;
  if (origin === undefined) return true;
  if (allowedOrigins.length > 0) return allowedOrigins.includes(origin);
  return /^https?:/i.test(origin) && URL.canParse(origin) && new URL(origin).host === host?.toLowerCase();
}

export class Handshake {
  readonly #verifier: TokenVerifier;
  readonly #isRevoked: (token: VerifiedToken) => boolean;
  readonly #connections: () => number;
  readonly #maxConnections: number;

  constructor(options: {
    verifier: TokenVerifier;
    /** Whether a valid token has been called back of late, as far as this replica has heard. */
    isRevoked: (token: VerifiedToken) => boolean;
    /** How many sessions there are. */
    connections: () => number;
    maxConnections: number;
  }) {
    this.#verifier = options.verifier;
    this.#isRevoked = options.isRevoked;
    this.#connections = options.connections;
    this.#maxConnections = options.maxConnections;
  }

  /** Whose connection this is. Throws a `CodedError`: overloaded, unauthorized, protocol_version, token_expired. */
  async admit(auth: unknown): Promise<Admission> {
    this.#refuseWhenFull();
    const parsed = handshakeAuthSchema.safeParse(auth);
    if (!parsed.success) {
      if (parsed.error.issues.every(({ path }) => path[0] === 'protocolVersion')) {
        throw new CodedError('protocol_version', 'Send protocolVersion as a whole number, or not at all.');
      }
      throw new CodedError('unauthorized', 'Connecting needs a token: send it as auth: { token }.');
    }
    const { token, distances, protocolVersion = CLIENT_PROTOCOL_VERSION } = parsed.data;
    if (protocolVersion !== CLIENT_PROTOCOL_VERSION) {
      throw new CodedError('protocol_version', `Version ${CLIENT_PROTOCOL_VERSION} is spoken here. Update the app.`);
    }
    const verified = await this.#verifier.verify(token);
    const { userId, issuedAt, expiresAt } = verified;
    if (this.#isRevoked(verified)) {
      throw new CodedError('unauthorized', 'The token has been called back. Sign in and connect again.');
    }
    // Many may have come while this token was looked at.
    this.#refuseWhenFull();
    return { userId, issuedAt, expiresAt, measuresDistances: distances === 'client' };
  }

  #refuseWhenFull(): void {
    if (this.#connections() < this.#maxConnections) return;
    throw new CodedError('overloaded', 'This server takes no more connections. Connect again in a moment.');
  }
}
