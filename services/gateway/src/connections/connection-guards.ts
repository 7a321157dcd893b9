/** Gives every connection of the socket server its guard, from the first request on. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Clock } from '@nearby-friends/service-kit';
import { type ServerOptions, type WebSocket, WebSocketServer } from 'ws';
import { type Allowance, UNAUTHENTICATED_ALLOWANCE } from '../inbound/connection-budget.ts';
import { ConnectionGuard, type CutOffReason, type GuardedConnection } from './connection-guard.ts';
import { sessionIdOf } from './session-id-of.ts';

/** A message arrives in one frame, and in a few pieces when the network is slow. */
const MAX_FRAGMENTS = 16;
const MAX_BUFFERED_CHUNKS = 64;

/** The part of an Engine.IO connection that is used here. */
interface Connection extends GuardedConnection {
  readonly id: string;
  readonly transport: { readonly name: string; readonly socket?: object };
  once(event: 'close', listener: () => void): unknown;
}

export class ConnectionGuards {
  readonly #allowance: Allowance;
  readonly #clock: Clock;
  readonly #onCutOff: (reason: CutOffReason) => void;
  readonly #bySessionId = new Map<string, ConnectionGuard>();
  /** Of connections, and of WebSockets, which are there before their connection. */
  readonly #guards = new WeakMap<object, ConnectionGuard>();

  constructor(options: {
    /** Of an authenticated client. */
    allowance: Allowance;
    clock: Clock;
    onCutOff: (reason: CutOffReason) => void;
  }) {
    this.#allowance = options.allowance;
    this.#clock = options.clock;
    this.#onCutOff = options.onCutOff;
  }

  /** The class that Engine.IO creates its WebSocket server of (`wsEngine`). A client has `closingGraceMs` to return a close frame. */
  webSocketServer({ closingGraceMs }: { closingGraceMs: number }): typeof WebSocketServer {
    const watch = (webSocket: WebSocket, request: IncomingMessage) => this.#watch(webSocket, request);
    return class GuardedWebSocketServer extends WebSocketServer {
      constructor(options?: ServerOptions) {
        super({
          ...options,
          autoPong: false,
          maxFragments: MAX_FRAGMENTS,
          maxBufferedChunks: MAX_BUFFERED_CHUNKS,
          closeTimeout: closingGraceMs,
        } as ServerOptions);
      }

      override handleUpgrade(
        request: IncomingMessage,
        socket: Duplex,
        head: Buffer,
        onOpen: (webSocket: WebSocket, request: IncomingMessage) => void,
      ): void {
        super.handleUpgrade(request, socket, head, (webSocket) => {
          watch(webSocket, request);
          onOpen(webSocket, request);
        });
      }
    } as typeof WebSocketServer;
  }

  /** A middleware of Engine.IO: each request of a polling client counts, whatever it carries. */
  countRequest(request: IncomingMessage, response: ServerResponse, next: () => void): void {
    const sid = sessionIdOf(request);
    const guard = sid === null ? undefined : this.#bySessionId.get(sid);
    if (guard === undefined || guard.budget.take(0)) next();
    else response.writeHead(429, { connection: 'close' }).end();
  }

  /** Must be called with every new connection of Engine.IO. */
  add(connection: Connection): void {
    const { id, transport } = connection;
    const guard = (transport.socket && this.#guards.get(transport.socket)) ?? this.#create();
    this.#guards.set(connection, guard);
    this.#bySessionId.set(id, guard);
    connection.once('close', () => this.#bySessionId.delete(id));
    guard.watchConnection(connection);
  }

  /** The client's token has been verified. */
  widen(connection: object): void {
    this.#guards.get(connection)?.widen(this.#allowance);
  }

  of(connection: object): ConnectionGuard | undefined {
    return this.#guards.get(connection);
  }

  #watch(webSocket: WebSocket, request: IncomingMessage): void {
    const sid = sessionIdOf(request);
    const guard = (sid !== null && this.#bySessionId.get(sid)) || this.#create();
    this.#guards.set(webSocket, guard);
    guard.watchWebSocket(webSocket);
  }

  #create(): ConnectionGuard {
    return new ConnectionGuard({
      allowance: UNAUTHENTICATED_ALLOWANCE,
      clock: this.#clock,
      onCutOff: this.#onCutOff,
    });
  }
}
