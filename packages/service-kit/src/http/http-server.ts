/** HTTP server behind the load balancer, which finishes requests in progress before it stops. */
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Logger } from '../logging/logger.ts';
import type { Component } from '../process/lifecycle.ts';
import { listen } from '../process/listen.ts';
import { HTTP_PARSER_OPTIONS, refuseMalformed } from './refuse-malformed.ts';

/** Longer than any proxy keeps an idle connection, so that it never closes while the proxy sends a request. */
const KEEP_ALIVE_TIMEOUT_MS = 75_000;
/** nginx buffers a request before it sends it, so that only other clients need longer. */
const REQUEST_TIMEOUT_MS = 15_000;
const HEADERS_TIMEOUT_MS = 10_000;

export class HttpServer implements Component {
  readonly name = 'http server';
  readonly #server: Server;
  readonly #host: string;
  readonly #port: number;
  readonly #logger: Logger;
  /** Connections without any request yet: Node does not count them as idle. */
  readonly #unused = new Set<Socket>();
  #draining = false;

  constructor(options: { listener: RequestListener; host: string; port: number; logger: Logger }) {
    this.#host = options.host;
    this.#port = options.port;
    this.#logger = options.logger;
    this.#server = createServer(
      {
        ...HTTP_PARSER_OPTIONS,
        keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
        requestTimeout: REQUEST_TIMEOUT_MS,
        headersTimeout: HEADERS_TIMEOUT_MS,
      },
      (request, response) => {
        this.#unused.delete(request.socket);
        response.once('finish', () => {
          // The connection becomes idle only after this event.
          if (this.#draining) setImmediate(() => this.#server.closeIdleConnections());
        });
        options.listener(request, response);
      },
    );
    refuseMalformed(this.#server);
    this.#server.on('connection', (socket) => {
      this.#unused.add(socket);
      socket.once('close', () => this.#unused.delete(socket));
    });
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async start(): Promise<void> {
    await listen(this.#server, { host: this.#host, port: this.#port, name: 'http server', logger: this.#logger });
  }

  /** Refuses new connections; resolves when the last response is sent. */
  async drain(): Promise<void> {
    this.#draining = true;
    if (!this.#server.listening) return;
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeIdleConnections();
      for (const socket of this.#unused) socket.destroy();
    });
  }

  stop(): void {
    this.#server.closeAllConnections();
  }
}
