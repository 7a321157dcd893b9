/** The Socket.IO server: accepts connections, and starts and ends their sessions. */
import type { Server as HttpServer, IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  asCodedError,
  CodedError,
  DEVICE_SHARED,
  type DeviceNotice,
  devicesRoom,
  FRIENDS_CHANGED,
  SERVER_CLOCK,
  SHARING_CHANGED,
  VIEWERS_CHANGED,
} from '@nearby-friends/protocol';
import { type Clock, type Component, type Logger, listen, refuseMalformed } from '@nearby-friends/service-kit';
import type { ServerOptions } from 'socket.io';
import type { ClientEvents } from '../inbound/client-events.ts';
import { allowanceFor, type EventLimits } from '../inbound/connection-budget.ts';
import type { Sessions } from '../sessions/sessions.ts';
import type { Session } from '../viewer/session.ts';
import { addressOf } from './address-of.ts';
import type { GuardedConnection } from './connection-guard.ts';
import { ConnectionGuards } from './connection-guards.ts';
import type { ConnectionLimits } from './connection-limits.ts';
import { type ConnectionCount, countConnections } from './count-connections.ts';
import { DrainGate } from './drain-gate.ts';
import { findUntestedParts } from './fast-path/untested-parts.ts';
import { FastTransport } from './fast-transport.ts';
import type { Handshake } from './handshake.ts';
import { PlainTransport } from './plain-transport.ts';
import type { RefusedConnections } from './refused-connections.ts';
import {
  CLOSING_GRACE_MS,
  createHttpServer,
  createSocketIoServer,
  type NearbyServer,
  type NearbySocket,
  PING_INTERVAL_MS,
} from './socket-io-server.ts';

/** A connection without a valid token is closed after this (A3). */
const UNAUTHENTICATED_LIFETIME_MS = 5_000;
/** A list message carries the ping along shortly before Engine.IO would send one. */
const PIGGYBACKED_PING_AFTER_SECONDS = PING_INTERVAL_MS / 1_000 - 3;

const EMPTY = Object.freeze({});

/** The part of an Engine.IO connection that is used here. */
interface EngineConnection extends GuardedConnection {
  readonly id: string;
  /** The HTTP request it began with; null later. */
  request: IncomingMessage | null;
  /** The current one; `socket` is the WebSocket, which a polling transport does not have. */
  readonly transport: { readonly name: string; readonly socket?: { terminate(): void } };
  once(event: 'close', listener: () => void): void;
}

export class SocketServer implements Component {
  readonly name = 'socket server';
  readonly #http: HttpServer;
  readonly #io: NearbyServer;
  readonly #gate: DrainGate;
  readonly #handshake: Pick<Handshake, 'admit'>;
  readonly #sessions: Pick<Sessions, 'begin' | 'end'>;
  readonly #events: Pick<ClientEvents, 'receiverFor'>;
  readonly #refused: Pick<RefusedConnections, 'count' | 'countCutOff'>;
  readonly #guards: ConnectionGuards;
  readonly #limits: Pick<ConnectionLimits, 'arrive' | 'makeRoomFor'>;
  readonly #host: string;
  readonly #port: number;
  readonly #serverNow: () => number;
  readonly #logger: Logger;
  readonly #unauthenticatedLifetimeMs: number;
  readonly #usesFastPath: boolean;
  /** Connections whose handshake is in progress or has been accepted. */
  readonly #greeted = new WeakSet<object>();
  /** Connections of an address that has too many. */
  readonly #crowded = new WeakSet<object>();
  /** The Engine.IO connections of this replica, by `sid`. */
  readonly #connections = new Map<string, EngineConnection>();

  constructor(options: {
    host: string;
    /** 0 takes a free one. */
    port: number;
    /** Origins whose pages may connect, besides that of the host. */
    allowedOrigins: readonly string[];
    /** Whether the fast path serves the connections, as long as its parts are the tested ones. */
    isFastPathExpected: boolean;
    adapter: NonNullable<ServerOptions['adapter']>;
    handshake: Pick<Handshake, 'admit'>;
    sessions: Pick<Sessions, 'begin' | 'end'>;
    events: Pick<ClientEvents, 'receiverFor'>;
    /** The clock that clients are told, ms since the epoch. */
    serverNow: () => number;
    refused: Pick<RefusedConnections, 'count' | 'countCutOff'>;
    limits: Pick<ConnectionLimits, 'arrive' | 'makeRoomFor'>;
    /** What one client may send, see {@link allowanceFor}. */
    eventLimits: EventLimits;
    clock: Clock;
    logger: Logger;
    /** Default: {@link UNAUTHENTICATED_LIFETIME_MS}. */
    unauthenticatedLifetimeMs?: number;
    /** Default: what is installed. */
    untestedParts?: readonly string[];
  }) {
    this.#handshake = options.handshake;
    this.#sessions = options.sessions;
    this.#events = options.events;
    this.#refused = options.refused;
    this.#limits = options.limits;
    this.#host = options.host;
    this.#port = options.port;
    this.#serverNow = options.serverNow;
    this.#logger = options.logger;
    this.#unauthenticatedLifetimeMs = options.unauthenticatedLifetimeMs ?? UNAUTHENTICATED_LIFETIME_MS;
    this.#usesFastPath =
      options.isFastPathExpected && this.#isFastPathTested(options.untestedParts ?? findUntestedParts());
    this.#guards = new ConnectionGuards({
      allowance: allowanceFor(options.eventLimits),
      clock: options.clock,
      onCutOff: (reason) => this.#refused.countCutOff(reason),
    });
    this.#http = createHttpServer();
    this.#io = createSocketIoServer(this.#http, {
      adapter: options.adapter,
      allowedOrigins: options.allowedOrigins,
      connectTimeoutMs: this.#unauthenticatedLifetimeMs,
      onOriginRefused: () => this.#refused.count('origin'),
      releasesUpgradeRequest: this.#usesFastPath,
      wsEngine: this.#guards.webSocketServer({ closingGraceMs: CLOSING_GRACE_MS }),
    });
    this.#io.engine.use((request: IncomingMessage, response: ServerResponse, next: () => void) =>
      this.#guards.countRequest(request, response, next),
    );
    this.#gate = new DrainGate(this.#http, (sid) => this.#connections.has(sid));
    refuseMalformed(this.#http);
    this.#io.engine.on('connection', (connection: EngineConnection) => this.#keep(connection));
    this.#io.use((socket, next) => this.#authenticate(socket, next));
    this.#io.on('connection', (socket) => this.#begin(socket));
  }

  /** Open connections, with or without a session. Visits all of them: for metrics. */
  countConnections(): ConnectionCount[] {
    return countConnections(this.#connections.values(), this.#io.sockets.sockets.values());
  }

  get port(): number {
    return (this.#http.address() as AddressInfo).port;
  }

  async start(): Promise<void> {
    await listen(this.#http, { host: this.#host, port: this.#port, name: 'socket server', logger: this.#logger });
  }

  /** From now on a new client is refused with 503; sessions go on. */
  drain(): void {
    this.#gate.close();
  }

  /** Ends all connections; clients treat it as a lost connection and reconnect elsewhere. */
  async stop(): Promise<void> {
    // Before Socket.IO does it, which waits for half-sent requests and for clients that do not return a close frame.
    this.#http.close();
    this.#http.closeAllConnections();
    await this.#io.close();
  }

  /** Closes the transport below a session after sending what is queued. Unlike a disconnect, the client reconnects by itself. */
  closeTransport(session: Session): void {
    this.#io.sockets.sockets.get(session.id)?.conn.close();
  }

  /** Notifies every device of a user, on any replica. */
  notifyDevices(notice: DeviceNotice): void {
    const devices = this.#io.to(devicesRoom(notice.user));
    if ('friendsChanged' in notice) devices.emit(FRIENDS_CHANGED, notice.friendsChanged);
    else if (notice.changed === 'sharing') devices.emit(SHARING_CHANGED, EMPTY);
    else devices.emit(VIEWERS_CHANGED, EMPTY);
  }

  /** Notifies the user's devices, on any replica, that the one of this session shares from now on. */
  notifyOtherDevices({ id, user }: Session): void {
    this.#io.to(devicesRoom(user)).except(id).emit(DEVICE_SHARED, { thisDevice: false });
  }

  #isFastPathTested(untested: readonly string[]): boolean {
    if (untested.length > 0) this.#logger.warn({ untested }, 'fast path is off: its parts are not the tested ones');
    return untested.length === 0;
  }

  #keep(connection: EngineConnection): void {
    this.#connections.set(connection.id, connection);
    this.#guards.add(connection);
    const arrival = this.#limits.arrive(addressOf(connection.request));
    if (arrival.refuses) this.#crowded.add(connection);
    // Would otherwise be retained, with its headers, for as long as the connection lasts.
    connection.request = null;
    connection.once('close', () => {
      this.#connections.delete(connection.id);
      arrival.leave();
      setTimeout(() => connection.transport.socket?.terminate(), CLOSING_GRACE_MS).unref();
    });
    if (arrival.ignores) connection.close(true);
  }

  #authenticate(socket: NearbySocket, next: (error?: Error) => void): void {
    // Socket.IO accepts any number of handshakes on one connection while none has succeeded. Each would become a session,
    // and all but the last would be unreachable.
    if (this.#greeted.has(socket.conn)) {
      socket.conn.close();
      return;
    }
    this.#greeted.add(socket.conn);
    const isCrowded = this.#crowded.has(socket.conn);
    const admitted = isCrowded ? Promise.reject(crowdedAddress()) : this.#handshake.admit(socket.handshake.auth);
    admitted.then(
      (admission) => {
        socket.data.admission = admission;
        this.#guards.widen(socket.conn);
        next();
      },
      (error: unknown) => {
        this.#greeted.delete(socket.conn);
        const { code, message, retryable } = asCodedError(error);
        this.#refused.count(code);
        next(Object.assign(new Error(message), { data: { code, retryable } }));
      },
    );
  }

  #begin(socket: NearbySocket): void {
    const { admission } = socket.data;
    const budget = this.#guards.of(socket.conn)?.budget;
    const transport =
      this.#usesFastPath && budget
        ? new FastTransport(socket, { pingAfterSeconds: PIGGYBACKED_PING_AFTER_SECONDS, budget })
        : new PlainTransport(socket);
    socket.data.transport = transport;
    const session = this.#sessions.begin(socket.id, admission, transport);
    transport.send(SERVER_CLOCK, { now: Math.round(this.#serverNow()) });
    this.#limits.makeRoomFor(session);
    // For privacy: they contain the token, and headers that identify the client.
    Object.assign(socket.handshake, { headers: EMPTY, query: EMPTY, auth: EMPTY, url: '' });
    const stopReceiving = transport.receive(this.#events.receiverFor(session));
    socket.on('disconnect', () => {
      // Later messages are for Socket.IO, which closes the connection.
      stopReceiving();
      this.#sessions.end(session);
      // A client that leaves the namespace and keeps its transport is one without a valid token (A3), and so is one that
      // does not read that it was disconnected.
      setTimeout(() => socket.conn.close(true), this.#unauthenticatedLifetimeMs).unref();
    });
    // The adapter returns no promise for rooms of this replica; its connections log their own failures.
    Promise.resolve(socket.join(devicesRoom(admission.userId))).catch((error: unknown) => {
      this.#logger.warn({ session: session.id, reason: String(error) }, 'joining the devices room failed');
    });
  }
}

function crowdedAddress(): CodedError {
  return new CodedError('overloaded', 'Too many connections come from this address. Connect again in a moment.');
}
