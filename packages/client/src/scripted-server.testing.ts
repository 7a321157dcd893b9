/** A real Socket.IO server scripted by the test, with a manual clock and a connected app. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect } from '@jest/globals';
import { ManualClock } from '@nearby-friends/service-kit';
import { eventually } from '@nearby-friends/testing/eventually';
import { Server, type Socket } from 'socket.io';
import { connect } from './connect.ts';
import type { ConnectOptions } from './connect-options.ts';
import type { NearbyConnection } from './nearby-connection.ts';
import type { NearbyError } from './nearby-error.ts';
import type { NearbyChanges, NearbySnapshot } from './wire-messages.ts';

type Event = [name: string, payload: unknown];

export class ScriptedServer {
  readonly clock = new ManualClock();
  readonly problems: NearbyError[] = [];
  /** All events the server received, over all connections. */
  readonly received: Event[] = [];
  /** Returns the acknowledgement of an event. Undefined: none. */
  respond: (event: Event) => object | undefined = () => ({ ok: true, at: this.clock.now() });
  readonly url: string;
  readonly app: NearbyConnection;
  readonly #sockets: Socket[] = [];

  constructor(io: Server, url: string) {
    this.url = url;
    io.on('connection', (socket) => {
      this.#sockets.push(socket);
      socket.onAny((name: string, payload: unknown, ack: (response: object) => void) => {
        this.received.push([name, payload]);
        const response = this.respond([name, payload]);
        if (response) ack(response);
      });
    });
    this.app = this.#connect();
  }

  /** One more app, on the same clock. Close it in the test. */
  another(options: Partial<ConnectOptions>): { app: NearbyConnection; clock: ManualClock } {
    return { app: this.#connect(options), clock: this.clock };
  }

  #connect(options: Partial<ConnectOptions> = {}): NearbyConnection {
    return connect({
      url: this.url,
      token: 'x',
      transports: ['websocket'],
      clock: this.clock,
      random: () => 0,
      onProblem: (error) => this.problems.push(error),
      ...options,
    });
  }

  /** The server's end of the newest connection. */
  get socket(): Socket {
    const socket = this.#sockets.at(-1);
    if (!socket) throw new Error('no client has connected yet');
    return socket;
  }

  /** Sends a valid message. Use `socket` for malformed ones. */
  send(...[name, message]: ['nearby:snapshot', NearbySnapshot] | ['nearby:changes', NearbyChanges]): void {
    this.socket.emit(name, message);
  }

  untilOnline(): Promise<void> {
    return eventually(() => expect(this.app.status.value).toEqual({ kind: 'online' }));
  }

  /** Drops the connection, advances the clock by `ms` and waits for the reconnect. */
  async loseFor(ms: number): Promise<void> {
    this.socket.conn.close();
    await eventually(() => expect(this.app.status.value.kind).toBe('reconnecting'));
    this.clock.advance(ms);
    await this.untilOnline();
  }
}

/** Starts a server for each test. Call it once in a test file, outside the tests. */
export function useScriptedServer(): () => ScriptedServer {
  let server: ScriptedServer;
  let io: Server;
  beforeEach(async () => {
    const http = createServer();
    io = new Server(http);
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
    server = new ScriptedServer(io, `http://127.0.0.1:${(http.address() as AddressInfo).port}`);
  });
  afterEach(async () => {
    server.app.close();
    await io.close();
  });
  return () => server;
}
