/** Socket.IO at the edge: connections come in, sessions and events go on from here. */
import { createServer, type Server as HttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import {
  asCodedError,
  type ClientToServerEvents,
  devicesRoom,
  type ErrorCodeName,
  FRIENDS_CHANGED,
  type FriendsChanged,
  type ServerToClientEvents,
  type UserId,
} from '@nearby-friends/protocol';
import { type Component, type Logger, listen } from '@nearby-friends/service-kit';
import { type DefaultEventsMap, Server, type ServerOptions } from 'socket.io';
import type { Admission } from '../viewer/admission.ts';
import type { Session, SessionTransport } from '../viewer/session.ts';
import { type ReadConnection, readFastFrames } from './fast-path/fast-frame-reader.ts';
import { PING_INTERVAL_MS } from './fast-path/piggyback-ping.ts';
import { releaseUpgradeRequest, type UpgradedConnection } from './fast-path/release-upgrade-request.ts';
import { type Handshake, isOriginAllowed } from './handshake.ts';
import { type SocketData, SocketTransport } from './socket-transport.ts';

type NearbyServer = Server<ClientToServerEvents, ServerToClientEvents, DefaultEventsMap, SocketData>;

/** A connection that has not shown a valid token by then is closed (A3). */
export const UNAUTHENTICATED_LIFETIME_MS = 5_000;
/** The largest message a client may send (L1). */
export const MAX_MESSAGE_BYTES = 4_096;
/** With the interval below nginx' proxy_read_timeout. */
const PING_TIMEOUT_MS = 20_000;

/** A client that does not answer the closing of its WebSocket is cut off after this; ws itself would wait 30 s. */
export const CLOSING_GRACE_MS = 2_000;

const NOTHING = Object.freeze({});

/** What is needed of Engine.IO's connection when it begins. */
interface NewConnection {
  readonly id: string;
  /** The HTTP request it began with. */
  request: unknown;
  /** The one in use; `socket` is the WebSocket, which a polling transport does not have. */
  readonly transport: { readonly socket?: { terminate(): void } };
  once(event: 'close', run: () => void): void;
}

export class SocketServer implements Component {
  readonly name = 'socket server';
  readonly #http: HttpServer;
  readonly #io: NearbyServer;
  readonly #host: string;
  readonly #port: number;
  readonly #logger: Logger;
  /** Connections whose handshake is being looked at or has been accepted. */
  readonly #greeted = new WeakSet<object>();
  /** The Engine.IO sessions on this replica, by `sid`. */
  readonly #connections = new Map<string, NewConnection>();
  #takesNewClients = true;

  constructor(options: {
    host: string;
    /** 0 takes a free one. */
    port: number;
    allowedOrigins: readonly string[];
    adapter: NonNullable<ServerOptions['adapter']>;
    handshake: Pick<Handshake, 'admit'>;
    begin: (socketId: string, admission: Admission, transport: SessionTransport) => Session;
    end: (session: Session) => void;
    /** A function that takes every event of that session's client. */
    receiverFor: (session: Session) => (event: string, args: readonly unknown[]) => void;
    onRefused: (code: ErrorCodeName) => void;
    logger: Logger;
    /** Default: {@link UNAUTHENTICATED_LIFETIME_MS}. */
    unauthenticatedLifetimeMs?: number;
  }) {
    const { unauthenticatedLifetimeMs = UNAUTHENTICATED_LIFETIME_MS } = options;
    this.#host = options.host;
    this.#port = options.port;
    this.#logger = options.logger;
    this.#http = createServer((_request, response) => response.writeHead(404).end());
    this.#io = new Server(this.#http, {
      adapter: options.adapter,
      serveClient: false,
      transports: ['websocket', 'polling'],
      connectTimeout: unauthenticatedLifetimeMs,
      maxHttpBufferSize: MAX_MESSAGE_BYTES,
      pingInterval: PING_INTERVAL_MS,
      pingTimeout: PING_TIMEOUT_MS,
      // Small messages, many of them: compressing costs more than it saves.
      perMessageDeflate: false,
      httpCompression: false,
      cors: { origin: [...options.allowedOrigins] },
      allowRequest: (request, decide) => decide(null, isOriginAllowed(request, options.allowedOrigins)),
    });
    this.#io.engine.on('connection', (connection: NewConnection) => {
      this.#connections.set(connection.id, connection);
      // Nobody asks for it again, and it would be kept, headers and all, for as long as the connection lasts.
      connection.request = null;
      connection.once('close', () => {
        this.#connections.delete(connection.id);
        setTimeout(() => connection.transport.socket?.terminate(), CLOSING_GRACE_MS).unref();
      });
    });
    this.#turnAwayOthersWhenDraining();
    this.#io.use((socket, next) => {
      // Socket.IO takes any number of handshakes on one connection as long as none is accepted: each would become a
      // session, and all but the last would be out of reach.
      if (this.#greeted.has(socket.conn)) {
        socket.conn.close();
        return;
      }
      this.#greeted.add(socket.conn);
      options.handshake.admit(socket.handshake.auth).then(
        (admission) => {
          socket.data.admission = admission;
          next();
        },
        (error: unknown) => {
          this.#greeted.delete(socket.conn);
          const coded = asCodedError(error);
          options.onRefused(coded.code);
          const { code, retryable } = coded;
          next(Object.assign(new Error(coded.message), { data: { code, retryable } }));
        },
      );
    });
    this.#io.on('connection', (socket) => {
      const { admission } = socket.data;
      const session = options.begin(socket.id, admission, new SocketTransport(socket));
      const receive = options.receiverFor(session);
      socket.onAny((event: string, ...args: unknown[]) => receive(event, args));
      // Nobody asks for them again: the token has been looked at, and headers name a client's address and what it runs on.
      Object.assign(socket.handshake, { headers: NOTHING, query: NOTHING, auth: NOTHING, url: '' });
      releaseUpgradeRequest(socket.conn as unknown as UpgradedConnection);
      const stopReading = readFastFrames(socket.conn as unknown as ReadConnection, receive);
      socket.on('disconnect', () => {
        // Who goes on after a farewell is Socket.IO's to close.
        stopReading();
        options.end(session);
        // A client that leaves closes its transport by itself, or else is one that shows no token (A3).
        setTimeout(() => socket.conn.close(), unauthenticatedLifetimeMs).unref();
      });
      // The adapter has no promise to wait for with rooms of this node; its failures are logged by its connection.
      Promise.resolve(socket.join(devicesRoom(admission.userId))).catch((error: unknown) => {
        this.#logger.warn({ session: session.id, reason: String(error) }, 'joining the devices failed');
      });
    });
  }

  /** Goes through all of them: for operators. */
  connectionsByTransport(): Record<'websocket' | 'polling', number> {
    const counts = { websocket: 0, polling: 0 };
    for (const { transport } of this.#connections.values()) {
      if (transport.socket) counts.websocket++;
      else counts.polling++;
    }
    return counts;
  }

  get port(): number {
    return (this.#http.address() as AddressInfo).port;
  }

  async start(): Promise<void> {
    await listen(this.#http, { host: this.#host, port: this.#port, name: 'socket server', logger: this.#logger });
  }

  /** From now on a new client gets 503, so that the load balancer takes it to another replica; sessions go on. */
  drain(): void {
    this.#takesNewClients = false;
  }

  /** Ends all connections; clients take it for a lost one and come back elsewhere. */
  async stop(): Promise<void> {
    // Before Socket.IO does it: that would wait for whoever has sent half a request, or does not answer a farewell.
    this.#http.close();
    this.#http.closeAllConnections();
    await this.#io.close();
  }

  /** Closes the transport under a socket, so that its client comes back by itself; what is queued is sent before. */
  closeTransport(session: Session): void {
    this.#io.sockets.sockets.get(session.id)?.conn.close();
  }

  /** Tells every device of a user, whichever replica it is on. */
  tellDevices(user: UserId, message: FriendsChanged): void {
    this.#io.to(devicesRoom(user)).emit(FRIENDS_CHANGED, message);
  }

  /**
   * Stands in front of Engine.IO, in the way Engine.IO itself stands in front of a server's own listeners. While
   * draining, whoever has no session here gets 503: a new client, and one that polls and has been taken to another
   * replica already but is still sent here by its address.
   */
  #turnAwayOthersWhenDraining(): void {
    const onRequest = this.#http.listeners('request') as ((
      request: IncomingMessage,
      response: ServerResponse,
    ) => void)[];
    this.#http.removeAllListeners('request').on('request', (request: IncomingMessage, response: ServerResponse) => {
      if (this.#takes(request)) for (const listener of onRequest) listener(request, response);
      else response.writeHead(503, { connection: 'close', 'retry-after': '1' }).end();
    });
    const onUpgrade = this.#http.listeners('upgrade') as ((...upgrade: [IncomingMessage, Duplex, Buffer]) => void)[];
    this.#http.removeAllListeners('upgrade').on('upgrade', (...upgrade: [IncomingMessage, Duplex, Buffer]) => {
      const [request, socket] = upgrade;
      if (this.#takes(request)) for (const listener of onUpgrade) listener(...upgrade);
      else socket.end('HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
    });
  }

  #takes(request: IncomingMessage): boolean {
    if (this.#takesNewClients) return true;
    const sid = new URLSearchParams(request.url?.split('?')[1]).get('sid');
    return sid !== null && this.#connections.has(sid);
  }
}
