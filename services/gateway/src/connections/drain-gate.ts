/** Refuses new clients with 503 while this replica drains, in front of Engine.IO. */
import type { Server as HttpServer, IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { sessionIdOf } from './session-id-of.ts';

type RequestListener = (request: IncomingMessage, response: ServerResponse) => void;
type UpgradeListener = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

const REFUSAL = 'HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 0\r\n\r\n';

/**
 * Refuses every request without a session on this replica: a new client's, and that of a polling client which `ip_hash`
 * still sends here although its session has moved to another replica.
 */
export class DrainGate {
  readonly #hasConnection: (sid: string) => boolean;
  #isOpen = true;

  /** Wraps the listeners that Engine.IO has added to `http`, as Engine.IO itself wraps the ones it finds. */
  constructor(http: HttpServer, hasConnection: (sid: string) => boolean) {
    this.#hasConnection = hasConnection;
    const onRequest = http.listeners('request') as RequestListener[];
    http.removeAllListeners('request').on('request', (request: IncomingMessage, response: ServerResponse) => {
      if (this.#admits(request)) for (const listener of onRequest) listener(request, response);
      else response.writeHead(503, { connection: 'close', 'retry-after': '1' }).end();
    });
    const onUpgrade = http.listeners('upgrade') as UpgradeListener[];
    http.removeAllListeners('upgrade').on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      if (this.#admits(request)) for (const listener of onUpgrade) listener(request, socket, head);
      else socket.end(REFUSAL);
    });
  }

  /** From now on new clients are refused, so that the load balancer sends them to another replica. */
  close(): void {
    this.#isOpen = false;
  }

  #admits(request: IncomingMessage): boolean {
    if (this.#isOpen) return true;
    const sid = sessionIdOf(request);
    return sid !== null && this.#hasConnection(sid);
  }
}
