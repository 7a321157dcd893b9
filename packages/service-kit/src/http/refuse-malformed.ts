/** Responds with a problem to what Node's HTTP parser refuses, in place of Node's response without a body. */
import type { Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { PROBLEM_TYPE, type Problem, problemOf } from '@nearby-friends/protocol';

/**
 * For every HTTP server behind the load balancer, which has refused what it does not let through, with a problem: headers of
 * more than about 33 KB, to which it adds its own, and HTTP/1.1 without a host.
 */
export const HTTP_PARSER_OPTIONS = { maxHeaderSize: 65_536, requireHostHeader: false } as const;

/**
 * How long the peer may take to read the response and close. A connection that is closed at once while some of the request is
 * unread is reset, and the peer may lose the response.
 */
const CLOSING_GRACE_MS = 1_000;

const BODY = `${JSON.stringify({
  ...problemOf('invalid_payload'),
  detail: 'The request cannot be read. Check its method, path, headers and body.',
} satisfies Problem)}\n`;

const REFUSAL = [
  `HTTP/1.1 ${problemOf('invalid_payload').status} Bad Request`,
  'Connection: close',
  'Cache-Control: no-store',
  `Content-Type: ${PROBLEM_TYPE}`,
  `Content-Length: ${Buffer.byteLength(BODY)}`,
  '',
  BODY,
].join('\r\n');

/** Must be called after all that replaces the server's request listeners. */
export function refuseMalformed(server: Server): void {
  const latest = new WeakMap<Duplex, ServerResponse>();
  server.on('request', ({ socket }, response) => {
    latest.set(socket, response);
    response.once('close', () => {
      if (latest.get(socket) === response) latest.delete(socket);
    });
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    // Comes again with each further piece of the request.
    if (socket.writableEnded) return;
    // A request that does not arrive in time gets none, as from the load balancer.
    if (!socket.writable || !isMalformed(error) || !isNext(latest.get(socket), socket)) {
      socket.destroy();
      return;
    }
    socket.end(REFUSAL);
    // HTTP sockets stay open until the peer closes, too.
    const timer = setTimeout(() => socket.destroy(), CLOSING_GRACE_MS).unref();
    socket.once('close', () => clearTimeout(timer));
  });
}

/** The parser's own codes; others are of the connection (`ECONNRESET`) or of time limits. */
function isMalformed({ code = '' }: NodeJS.ErrnoException): boolean {
  return code.startsWith('HPE_');
}

/**
 * Whether a response on this connection would be that of the malformed request. `latest` is the response of the last request
 * that could be read that far; while one before it is in progress, too, Node has not given it the connection.
 */
function isNext(latest: ServerResponse | undefined, socket: Duplex): boolean {
  return latest === undefined || (latest.socket === socket && !latest.req.complete && !latest.headersSent);
}
