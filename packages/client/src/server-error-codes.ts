/** Tells the server's codes from what anything else may answer. */
import type { ServerErrorCode } from './wire-messages.ts';

/** A record, so that the compiler misses whichever is not in it. */
const SERVER_ERROR_CODES: Readonly<Record<ServerErrorCode, true>> = {
  unauthorized: true,
  token_expired: true,
  overloaded: true,
  protocol_version: true,
  invalid_payload: true,
  payload_too_large: true,
  not_found: true,
  method_not_allowed: true,
  friend_limit: true,
  request_limit: true,
  rate_limited: true,
  unavailable: true,
  internal: true,
};

export function asServerErrorCode(value: unknown): ServerErrorCode | undefined {
  return typeof value === 'string' && Object.hasOwn(SERVER_ERROR_CODES, value) ? (value as ServerErrorCode) : undefined;
}
