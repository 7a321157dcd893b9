/** The acknowledgement of a client's event. */
import type { CodedError, ErrorCodeName, InputDefect } from '../error-codes.ts';

export interface AckFailure {
  readonly ok: false;
  readonly code: ErrorCodeName;
  /** A sentence with a remedy, for a person. */
  readonly message: string;
  readonly retryable: boolean;
  /** For `invalid_payload`: the wrong fields, without their values. */
  readonly errors?: readonly InputDefect[];
}
export type Ack<Fields = unknown> = ({ readonly ok: true } & Fields) | AckFailure;

export function ackFailure(error: CodedError): AckFailure {
  const { code, message, retryable, defects } = error;
  return { ok: false, code, message, retryable, ...(defects.length > 0 && { errors: defects }) };
}
