/** The one kind of error that this package throws: what failed, and whether trying again makes sense. */
import type { ServerErrorCode } from './wire-messages.ts';

/**
 * The codes of what goes wrong on this side.
 *
 * | code | what happened |
 * |---|---|
 * | `network` | the server could not be reached, or the connection was lost before it answered |
 * | `timeout` | the server did not answer in time |
 * | `bad_answer` | the answer is not what the protocol says: something else answers at that address, or a newer server |
 * | `no_token` | `getToken` failed; its error is the `cause` |
 * | `closed` | the connection was closed by `close()`, or for good by an error |
 * | `no_geolocation` | this device has none |
 * | `geolocation_denied` | the person does not allow it |
 * | `geolocation_failed` | no position is to be had at the moment |
 */
export type ClientErrorCode =
  | 'network'
  | 'timeout'
  | 'bad_answer'
  | 'no_token'
  | 'closed'
  | 'no_geolocation'
  | 'geolocation_denied'
  | 'geolocation_failed';

/** Every code: the server's and those of this side. */
export type NearbyErrorCode = ServerErrorCode | ClientErrorCode;

/** One defect of what was sent, by its place. */
export interface InputDefect {
  /** For example `radiusMeters`; empty for the whole. */
  readonly path: string;
  readonly message: string;
}

/** What a `NearbyError` is made of. */
export interface NearbyErrorOptions {
  readonly code: NearbyErrorCode;
  /** A sentence for a person. */
  readonly message: string;
  readonly retryable: boolean;
  readonly status?: number | undefined;
  readonly retryAfterMs?: number | undefined;
  readonly defects?: readonly InputDefect[] | undefined;
  readonly cause?: unknown;
}

/** A failure with a stable code. `message` is a sentence for a person. */
export class NearbyError extends Error {
  override readonly name = 'NearbyError';
  readonly code: NearbyErrorCode;
  /** Whether the same may succeed later. */
  readonly retryable: boolean;
  /** The status of the HTTP answer, if it was one. */
  readonly status: number | undefined;
  /** How long the server asks to wait, ms. */
  readonly retryAfterMs: number | undefined;
  /** For `invalid_payload`: every defect of what was sent. */
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
