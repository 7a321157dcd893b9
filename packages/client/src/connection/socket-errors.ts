/** Converts refused handshakes and negative acknowledgements of Socket.IO to a `NearbyError`. */

import { asServerErrorCode } from '../as-server-error-code.ts';
import { NearbyError } from '../nearby-error.ts';
import { readDefects } from '../read-defects.ts';

/** Converts a `connect_error`: with `data` the server refused the handshake, without it is unreachable. */
export function errorFromRefusal(error: Error): NearbyError {
  const data = 'data' in error && typeof error.data === 'object' && error.data !== null ? error.data : {};
  const code = asServerErrorCode('code' in data ? data.code : undefined);
  if (code === undefined) {
    // The HTTP status is known only from long-polling, which is tried last.
    const status = 'description' in error && typeof error.description === 'number' ? error.description : undefined;
    const message = status
      ? `The connection was refused with status ${status}. It reconnects automatically. If the status stays, check that the server allows this origin (PUBLIC_URL, ALLOWED_ORIGINS).`
      : 'The server cannot be reached. Check the connection. It reconnects automatically.';
    return new NearbyError({ code: 'network', message, retryable: true, status, cause: error });
  }
  return new NearbyError({ code, message: error.message, retryable: 'retryable' in data && data.retryable === true });
}

/** Converts the reason that the server announces before it closes the connection. */
export function errorFromClosing(closing: { code: string; message: string; retryable: boolean }): NearbyError {
  const { message } = closing;
  // A code of a later version is obeyed all the same.
  return new NearbyError({
    code: asServerErrorCode(closing.code) ?? 'network',
    message,
    retryable: closing.retryable === true,
  });
}

/** Returns undefined for a positive acknowledgement. */
export function errorFromAck(ack: unknown): NearbyError | undefined {
  if (typeof ack === 'object' && ack !== null && 'ok' in ack) {
    if (ack.ok === true) return undefined;
    const code = asServerErrorCode('code' in ack ? ack.code : undefined);
    const message = 'message' in ack && typeof ack.message === 'string' ? ack.message : undefined;
    if (code !== undefined) {
      const retryable = 'retryable' in ack && ack.retryable === true;
      return new NearbyError({
        code,
        message: message ?? 'The server refused the request without a reason.',
        retryable,
        defects: 'errors' in ack ? readDefects(ack.errors) : [],
      });
    }
  }
  const message = 'The acknowledgement does not match the protocol. Update the app.';
  return new NearbyError({ code: 'bad_answer', message, retryable: false });
}
