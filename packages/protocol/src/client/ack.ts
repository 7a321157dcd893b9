/** The acknowledgement of a client's event. */
import type { CodedError, ErrorCodeName } from '../error-codes.ts';

export interface AckFailure {
  readonly ok: false;
  readonly code: ErrorCodeName;
  /** A sentence with a remedy, for a person. */
  readonly message: string;
  readonly retryable: boolean;
}
export type Ack<Fields = unknown> = ({ readonly ok: true } & Fields) | AckFailure;

export function ackFailure(error: CodedError): AckFailure {
  return { ok: false, code: error.code, message: error.message, retryable: error.retryable };
}
