/** A real Socket.IO server that does what the test says, on a clock of the test, and an app that is connected to it. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect } from '@jest/globals';
import { ManualClock } from '@nearby-friends/service-kit';
import { eventually } from '@nearby-friends/testing';
import { Server, type Socket } from 'socket.io';
import { connect } from './connect.ts';
import type { NearbyConnection } from './nearby-connection.ts';
import type { NearbyError } from './nearby-error.ts';
import type { NearbyChanges, NearbySnapshot } from './wire-messages.ts';

type Event = [name: string, payload: unknown];

export class ScriptedServer {
  readonly clock = new ManualClock();
  readonly problems: NearbyError[] = [];
  /** All that the server was told, over all connections. */
  readonly told: Event[] = [];
  /** What an event is answered; undefined: nothing. */
  answer: (event: Event) => object | undefined = () => ({ ok: true, at: this.clock.now() });
  readonly url: string;
  readonly app: NearbyConnection;
  readonly #sockets: Socket[] = [];

  constructor(io: Server, url: string) {
    this.url = url;
    io.on('connection', (socket) => {
      this.#sockets.push(socket);
      socket.onAny((name: string, payload: unknown, ack: (answer: object) => void) => {
        this.told.push([name, payload]);
        const given = this.answer([name, payload]);
        if (given) ack(given);
      });
    });
    this.app = connect({
      url,
      token: 'x',
      transports: ['websocket'],
      clock: this.clock,
      random: () => 0,
      onProblem: (error) => this.problems.push(error),
    });
  }

  /** The server's end of the newest connection. */
  get socket(): Socket {
    const socket = this.#sockets.at(-1);
    if (!socket) throw new Error('nobody has connected yet');
    return socket;
  }

  /** Messages as they are meant; what is not is sent by `socket`. */
  tell(...[name, message]: ['nearby:snapshot', NearbySnapshot] | ['nearby:changes', NearbyChanges]): void {
    this.socket.emit(name, message);
  }

  untilOnline(): Promise<void> {
    return eventually(() => expect(this.app.status.value).toEqual({ kind: 'online' }));
  }

  /** The connection is lost, `ms` pass, and it is made again. */
  async loseFor(ms: number): Promise<void> {
    this.socket.conn.close();
    await eventually(() => expect(this.app.status.value.kind).toBe('reconnecting'));
    this.clock.advance(ms);
    await this.untilOnline();
  }
}

/** One for each test. Call it once in a test file, outside of tests; the server is there while a test runs. */
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
