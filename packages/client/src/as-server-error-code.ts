/** Narrows a value to an error code of the server. */
import type { ServerErrorCode } from './wire-messages.ts';

/** A record, so that a missing code is a compile error. */
const SERVER_ERROR_CODES: Readonly<Record<ServerErrorCode, true>> = {
  unauthorized: true,
  token_expired: true,
  too_many_connections: true,
  token_not_yet_valid: true,
  account_erased: true,
  overloaded: true,
  protocol_version: true,
  invalid_payload: true,
  stale_position: true,
  payload_too_large: true,
  not_found: true,
  push_off: true,
  method_not_allowed: true,
  friend_limit: true,
  request_limit: true,
  device_limit: true,
  invite_limit: true,
  invite_unusable: true,
  rate_limited: true,
  unavailable: true,
  internal: true,
};

export function asServerErrorCode(value: unknown): ServerErrorCode | undefined {
  return typeof value === 'string' && Object.hasOwn(SERVER_ERROR_CODES, value) ? (value as ServerErrorCode) : undefined;
}
