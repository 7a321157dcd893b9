/** Reads Engine.IO's session id from a request. */
import type { IncomingMessage } from 'node:http';

/** Null for the first request of a client. */
export function sessionIdOf({ url }: IncomingMessage): string | null {
  return new URLSearchParams(url?.split('?')[1]).get('sid');
}
