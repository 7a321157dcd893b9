/** The stable error codes for programs, and whether a retry can succeed. */

interface ErrorCode {
  /** Whether the same client may succeed later: at once with a new token for `token_expired`, else after a pause. */
  readonly retryable: boolean;
  /** Status over HTTP. */
  readonly status: number;
  readonly title: string;
}

export const ERROR_CODES = {
  unauthorized: { retryable: false, status: 401, title: 'No valid token' },
  token_expired: { retryable: true, status: 401, title: 'The token has expired' },
  too_many_connections: { retryable: false, status: 429, title: 'Too many connections of one user' },
  token_not_yet_valid: { retryable: true, status: 401, title: 'The token is not valid yet' },
  account_erased: { retryable: false, status: 401, title: 'The account has been erased' },
  overloaded: { retryable: true, status: 503, title: 'This server takes no more connections' },
  protocol_version: { retryable: false, status: 400, title: 'This version of the protocol is not spoken here' },
  invalid_payload: { retryable: false, status: 400, title: 'The request is not what the protocol says' },
  stale_position: { retryable: false, status: 400, title: 'The position is older than positions are kept' },
  payload_too_large: { retryable: false, status: 413, title: 'The request is too large' },
  not_found: { retryable: false, status: 404, title: 'There is no such thing' },
  push_off: { retryable: false, status: 404, title: 'This deployment sends no alerts' },
  method_not_allowed: { retryable: false, status: 405, title: 'This method is not allowed here' },
  friend_limit: { retryable: false, status: 409, title: 'The maximum number of friends is reached' },
  request_limit: { retryable: false, status: 409, title: 'Too many friend requests are open' },
  device_limit: { retryable: false, status: 409, title: 'The maximum number of devices is reached' },
  invite_limit: { retryable: false, status: 409, title: 'Too many invites are open' },
  invite_unusable: { retryable: false, status: 404, title: 'This invite cannot be used' },
  rate_limited: { retryable: true, status: 429, title: 'Too many requests' },
  unavailable: { retryable: true, status: 503, title: 'A part of the service is unavailable' },
  internal: { retryable: true, status: 500, title: 'Something went wrong here' },
} as const satisfies Record<string, ErrorCode>;

export type ErrorCodeName = keyof typeof ERROR_CODES;

/** One wrong field of a payload. */
export interface InputDefect {
  /** For example `lat`; empty for the whole payload. */
  readonly path: string;
  /** Without the value: it may be a position. */
  readonly message: string;
}

/** An expected failure with its stable code; `message` is a sentence for a person. */
export class CodedError extends Error {
  override readonly name = 'CodedError';
  readonly code: ErrorCodeName;
  readonly defects: readonly InputDefect[];

  constructor(
    code: ErrorCodeName,
    message: string,
    { defects = [], ...options }: ErrorOptions & { defects?: readonly InputDefect[] } = {},
  ) {
    super(message, options);
    this.code = code;
    this.defects = defects;
  }

  get retryable(): boolean {
    return ERROR_CODES[this.code].retryable;
  }
}

/** Any thrown value as a coded error. A value without a code becomes `internal`, and its message is not exposed. */
export function asCodedError(error: unknown): CodedError {
  if (error instanceof CodedError) return error;
  return new CodedError('internal', 'Something went wrong here. Try again in a moment.', { cause: error });
}
