/** The only error class of this package: a stable code, a message and whether a retry makes sense. */
import type { ServerErrorCode } from './wire-messages.ts';

/**
 * The error codes of the client.
 *
 * | code | meaning |
 * |---|---|
 * | `network` | the server could not be reached, or the connection was lost before the response |
 * | `origin_refused` | the page is from another origin, and the server does not list it in ALLOWED_ORIGINS |
 * | `invalid_option` | an option of `connect` or `createApi` is wrong; `defects` name it |
 * | `timeout` | the server did not respond in time |
 * | `bad_answer` | the response does not match the protocol: another server at that address, or a newer version |
 * | `no_token` | `getToken` failed; its error is the `cause` |
 * | `closed` | the connection was closed by `close()` or by a permanent error |
 * | `no_geolocation` | this device has no geolocation |
 * | `geolocation_denied` | the user has denied access |
 * | `geolocation_failed` | the device has no position at the moment |
 */
export type ClientErrorCode =
  | 'network'
  | 'origin_refused'
  | 'invalid_option'
  | 'timeout'
  | 'bad_answer'
  | 'no_token'
  | 'closed'
  | 'no_geolocation'
  | 'geolocation_denied'
  | 'geolocation_failed';

/** All error codes, of the server and of the client. */
export type NearbyErrorCode = ServerErrorCode | ClientErrorCode;

/** One invalid field of a request. */
export interface InputDefect {
  /** For example `radiusMeters`; empty for the whole payload. */
  readonly path: string;
  readonly message: string;
}

/** The fields of a `NearbyError`. */
export interface NearbyErrorOptions {
  readonly code: NearbyErrorCode;
  /** A sentence for the user. */
  readonly message: string;
  readonly retryable: boolean;
  readonly status?: number | undefined;
  readonly retryAfterMs?: number | undefined;
  readonly defects?: readonly InputDefect[] | undefined;
  readonly cause?: unknown;
}

/** A failure with a stable code. `message` is a sentence for the user. */
export class NearbyError extends Error {
  override readonly name = 'NearbyError';
  readonly code: NearbyErrorCode;
  /** Whether a retry may succeed. */
  readonly retryable: boolean;
  /** The HTTP status, if there was a response. */
  readonly status: number | undefined;
  /** The delay that the server requests, ms. */
  readonly retryAfterMs: number | undefined;
  /** For `invalid_payload` and `invalid_option`: all invalid fields of the request. */
  readonly defects: readonly InputDefect[];

  constructor(options: NearbyErrorOptions) {
    super(options.message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = options.code;
    this.retryable = options.retryable;
    this.status = options.status;
    this.retryAfterMs = options.retryAfterMs;
    this.defects = options.defects ?? [];
  }
}
