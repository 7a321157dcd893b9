/** Reads the address of the client from a request that the load balancer has passed on. */
import type { IncomingMessage } from 'node:http';

/** The load balancer sets the header to the one address that it saw; see nginx.conf. */
export function addressOf(request: Pick<IncomingMessage, 'headers' | 'socket'> | null): string {
  const forwarded = request?.headers['x-forwarded-for'];
  const last = (Array.isArray(forwarded) ? forwarded.at(-1) : forwarded)?.split(',').at(-1)?.trim();
  return last || (request?.socket.remoteAddress ?? 'unknown');
}
