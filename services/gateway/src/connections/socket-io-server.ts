/** How Socket.IO and Node's HTTP server are set up: limits, timeouts and which origins may connect. */
import { createServer, type Server as HttpServer } from 'node:http';
import type { ClientToServerEvents, ServerToClientEvents } from '@nearby-friends/protocol';
import { HTTP_PARSER_OPTIONS } from '@nearby-friends/service-kit';
import { type DefaultEventsMap, Server, type ServerOptions, type Socket } from 'socket.io';
import type { Admission } from '../viewer/admission.ts';
import type { Transport } from '../viewer/transport.ts';
import { isOriginAllowed } from './handshake.ts';

interface SocketData {
  admission: Admission;
  transport: Transport;
}
export type NearbyServer = Server<ClientToServerEvents, ServerToClientEvents, DefaultEventsMap, SocketData>;
export type NearbySocket = Socket<ClientToServerEvents, ServerToClientEvents, DefaultEventsMap, SocketData>;

/** The largest message a client may send (L1). */
export const MAX_MESSAGE_BYTES = 4_096;
/** Engine.IO pings a client this long after its last pong. */
export const PING_INTERVAL_MS = 25_000;
/** With the interval below nginx' proxy_read_timeout. */
const PING_TIMEOUT_MS = 20_000;
/** A client that does not return the close frame is cut off after this. */
export const CLOSING_GRACE_MS = 2_000;

/** Only a load balancer may connect, which sends whole requests. */
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 15_000;

/** Only Socket.IO's path is served; all others are 404. */
export function createHttpServer(): HttpServer {
  return createServer(
    { ...HTTP_PARSER_OPTIONS, headersTimeout: HEADERS_TIMEOUT_MS, requestTimeout: REQUEST_TIMEOUT_MS },
    (_request, response) => response.writeHead(404).end(),
  );
}

export function createSocketIoServer(
  http: HttpServer,
  options: {
    adapter: NonNullable<ServerOptions['adapter']>;
    allowedOrigins: readonly string[];
    /** A connection without a handshake is closed after this. */
    connectTimeoutMs: number;
    onOriginRefused: () => void;
    /** Whether the HTTP request of a WebSocket is dropped once it is open. */
    releasesUpgradeRequest: boolean;
    wsEngine: ServerOptions['wsEngine'];
  },
): NearbyServer {
  return new Server(http, {
    adapter: options.adapter,
    serveClient: false,
    transports: ['websocket', 'polling'],
    connectTimeout: options.connectTimeoutMs,
    maxHttpBufferSize: MAX_MESSAGE_BYTES,
    pingInterval: PING_INTERVAL_MS,
    pingTimeout: PING_TIMEOUT_MS,
    // For many small messages compression costs more than it saves.
    perMessageDeflate: false,
    httpCompression: false,
    cors: { origin: [...options.allowedOrigins] },
    allowRequest: (request, decide) => {
      const isAllowed = isOriginAllowed(request, options.allowedOrigins);
      if (!isAllowed) options.onOriginRefused();
      decide(null, isAllowed);
    },
    releaseUpgradeRequest: options.releasesUpgradeRequest,
    wsEngine: options.wsEngine,
  });
}
