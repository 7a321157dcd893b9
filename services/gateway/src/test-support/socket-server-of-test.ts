/** The socket server on loopback with real clients; what is behind it is played by the test. */
import { afterEach } from '@jest/globals';
import type { Ack } from '@nearby-friends/protocol';
import { createSecretVerifier, type Logger, noTracer, silentLogger, systemClock } from '@nearby-friends/service-kit';
import { openRawSocket } from '@nearby-friends/testing/raw-socket';
import { SignJWT } from 'jose';
import { Server, type ServerOptions } from 'socket.io';
import { io, type ManagerOptions, type Socket, type SocketOptions } from 'socket.io-client';
import { ConnectionLimits } from '../connections/connection-limits.ts';
import { Handshake } from '../connections/handshake.ts';
import { SocketServer } from '../connections/socket-server.ts';
import type { EventLimits } from '../inbound/connection-budget.ts';
import { Session } from '../viewer/session.ts';
import { testMetrics } from './test-session.ts';

const SECRET = 'a secret of thirty-two characters';
const AUDIENCE = 'nearby-friends';
const ISSUER = 'nearby-friends';

export interface TokenOptions {
  readonly userId?: string;
  readonly secret?: string;
  readonly algorithm?: 'HS256' | 'HS512';
  readonly audience?: string;
  readonly issuer?: string;
  readonly expires?: string;
}

export function tokenOf(options: TokenOptions = {}): Promise<string> {
  const { userId = 'ann', secret = SECRET, algorithm = 'HS256', audience = AUDIENCE, issuer = ISSUER } = options;
  return new SignJWT({})
    .setProtectedHeader({ alg: algorithm })
    .setSubject(userId)
    .setAudience(audience)
    .setIssuer(issuer)
    .setExpirationTime(options.expires ?? '1h')
    .sign(new TextEncoder().encode(secret.padEnd(64, '.').slice(0, algorithm === 'HS512' ? 64 : secret.length)));
}

/** Socket.IO's default, which it does not export. */
function adapterOfOneProcess(): NonNullable<ServerOptions['adapter']> {
  const adapter = new Server().adapter();
  if (!adapter) throw new Error('Socket.IO has no default adapter any more');
  return adapter;
}

/** The next `event` of a client, with its arguments. */
export function next(client: Socket, event: string): Promise<unknown[]> {
  return new Promise((resolve) => {
    client.once(event, (...args: unknown[]) => resolve(args));
  });
}

type RawSocket = ReturnType<typeof openRawSocket>;

/** What clients are told as the server's time, ms since the epoch, but for a fraction. */
export const SERVER_NOW = 1_800_000_000_000;

export class SocketServerOfTest {
  readonly server: SocketServer;
  readonly sessions: Session[] = [];
  readonly ended: Session[] = [];
  /** Every event that came through, with its arguments; it is answered with `{ok: true}`. */
  readonly received: { event: string; args: readonly unknown[] }[] = [];
  readonly metrics = testMetrics();
  readonly cutOffs: string[] = [];
  maxConnections = 1_000;
  readonly #clients: Socket[] = [];
  readonly #rawSockets: RawSocket[] = [];

  constructor(
    options: {
      unauthenticatedLifetimeMs?: number;
      allowedOrigins?: readonly string[];
      isFastPathExpected?: boolean;
      untestedParts?: readonly string[];
      eventLimits?: EventLimits;
      maxPerUser?: number;
      maxPerAddress?: number;
      logger?: Logger;
    } = {},
  ) {
    const { sessions, ended } = this;
    const openSessions = {
      get size() {
        return sessions.length - ended.length;
      },
    };
    const limits = new ConnectionLimits({
      sessions: { of: (user) => sessions.filter((session) => session.user === user && !ended.includes(session)) },
      maxPerUser: options.maxPerUser ?? 1_000,
      maxPerAddress: options.maxPerAddress ?? 0,
      metrics: this.metrics.metrics,
      clock: systemClock,
    });
    const verifier = createSecretVerifier({ secret: SECRET, audience: AUDIENCE, issuer: ISSUER });
    this.server = new SocketServer({
      host: '127.0.0.1',
      port: 0,
      allowedOrigins: options.allowedOrigins ?? [],
      adapter: adapterOfOneProcess(),
      isFastPathExpected: options.isFastPathExpected ?? true,
      handshake: new Handshake({
        verifier,
        ledger: { isRevoked: () => false, isErased: () => false },
        sessions: openSessions,
        limits,
        maxConnections: this.maxConnections,
        tracer: noTracer,
      }),
      sessions: {
        begin: (id, { userId, issuedAt, expiresAt, measuresDistances }, transport) => {
          const session = new Session({
            id,
            user: userId,
            device: 'device-1',
            transport,
            measuresDistances,
            tokenExpiresAt: expiresAt,
            tokenIssuedAt: issuedAt,
          });
          this.sessions.push(session);
          return session;
        },
        end: (session) => {
          session.close();
          this.ended.push(session);
        },
      },
      events: {
        receiverFor: () => (event, args) => {
          this.received.push({ event, args });
          const ack = args.at(-1);
          if (typeof ack === 'function') ack({ ok: true } satisfies Ack);
        },
      },
      serverNow: () => SERVER_NOW + 0.4,
      refused: {
        count: (code) => this.metrics.metrics.refused.inc({ code }),
        countCutOff: (reason) => this.cutOffs.push(reason),
      },
      limits,
      eventLimits: options.eventLimits ?? { eventsPerSecond: 10, eventsBurst: 20 },
      clock: systemClock,
      logger: options.logger ?? silentLogger,
      ...(options.untestedParts === undefined ? {} : { untestedParts: options.untestedParts }),
      ...(options.unauthenticatedLifetimeMs === undefined
        ? {}
        : { unauthenticatedLifetimeMs: options.unauthenticatedLifetimeMs }),
    });
  }

  get url(): string {
    return `http://127.0.0.1:${this.server.port}`;
  }

  /** A client that connects once and does not try again. */
  client(auth: object, options: Partial<ManagerOptions & SocketOptions> = {}): Socket {
    const client = io(this.url, { auth, forceNew: true, reconnection: false, transports: ['websocket'], ...options });
    this.#clients.push(client);
    return client;
  }

  /** Resolves when connected; rejects with the server's refusal. */
  async connect(options: { token?: string; transports?: ('websocket' | 'polling')[] } = {}): Promise<Socket> {
    const { token = await tokenOf(), transports = ['websocket'] } = options;
    const client = this.client({ token }, { transports });
    await new Promise<void>((resolve, reject) => {
      client.once('connect', resolve).once('connect_error', reject);
    });
    return client;
  }

  /** A bare Engine.IO connection: `say` sends a packet as it is, `heard` is everything the server said. */
  raw(): { say: (packet: string | Buffer) => void; heard: string[]; socket: RawSocket } {
    const socket = openRawSocket(this.url);
    this.#rawSockets.push(socket);
    const heard: string[] = [];
    socket.on('message', (data) => heard.push(String(data)));
    return { say: (packet) => socket.send(packet), heard, socket };
  }

  async stop(): Promise<void> {
    for (const client of this.#clients) client.disconnect();
    for (const socket of this.#rawSockets) socket.terminate();
    await this.server.stop();
  }
}

/** Call it once in a test file, outside of tests: each server ends with its test. */
export function useSocketServers(): (
  options?: ConstructorParameters<typeof SocketServerOfTest>[0],
) => Promise<SocketServerOfTest> {
  const running: SocketServerOfTest[] = [];
  afterEach(async () => {
    for (const server of running.splice(0)) await server.stop();
  });
  return async (options) => {
    const server = new SocketServerOfTest(options);
    await server.server.start();
    running.push(server);
    return server;
  };
}
