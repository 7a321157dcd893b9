/** Makes a `NearbyError` of what Socket.IO's server answers: refused handshakes and acknowledgements. */
import { NearbyError } from '../nearby-error.ts';
import { asServerErrorCode } from '../server-error-codes.ts';

/** Of a `connect_error`: with `data` the server has refused, without it could not be reached. */
export function errorFromRefusal(error: Error): NearbyError {
  const data = 'data' in error && typeof error.data === 'object' && error.data !== null ? error.data : {};
  const code = asServerErrorCode('code' in data ? data.code : undefined);
  if (code === undefined) {
    // Of long-polling, which is tried last, the status of the answer is known.
    const status = 'description' in error && typeof error.description === 'number' ? error.description : undefined;
    const message = status
      ? `The connection was refused with status ${status}. It is tried again by itself; a page must be of an origin that the server allows.`
      : 'The server cannot be reached. Check the connection; it is tried again by itself.';
    return new NearbyError({ code: 'network', message, retryable: true, status, cause: error });
  }
  return new NearbyError({ code, message: error.message, retryable: 'retryable' in data && data.retryable === true });
}

/** Undefined when the answer is good. */
export function errorFromAck(answer: unknown): NearbyError | undefined {
  if (typeof answer === 'object' && answer !== null && 'ok' in answer) {
    if (answer.ok === true) return undefined;
    const code = asServerErrorCode('code' in answer ? answer.code : undefined);
    const message = 'message' in answer && typeof answer.message === 'string' ? answer.message : undefined;
    if (code !== undefined) {
      const retryable = 'retryable' in answer && answer.retryable === true;
      return new NearbyError({ code, message: message ?? 'The server refused it without saying why.', retryable });
    }
  }
  const message = 'The server gave an answer that is not what the protocol says. Update the app.';
  return new NearbyError({ code: 'bad_answer', message, retryable: false });
}
