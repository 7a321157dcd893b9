/** Real Socket.IO servers on loopback, each with one connected client. */
import { once } from 'node:events';
import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach } from '@jest/globals';
import { eventually } from '@nearby-friends/testing/eventually';
import { Server, type ServerOptions, type Socket } from 'socket.io';
import { type Socket as Client, io, type ManagerOptions, type SocketOptions } from 'socket.io-client';

export interface ConnectedSockets {
  readonly http: HttpServer;
  readonly server: Server;
  /** The server's end. */
  readonly socket: Socket;
  readonly client: Client;
}

export interface ConnectOptions {
  readonly client?: Partial<ManagerOptions & SocketOptions>;
  readonly server?: Partial<ServerOptions>;
  /** Runs before the client connects. */
  readonly prepare?: (server: Server, http: HttpServer) => void;
}

const POLL_CLOSE_TIMEOUT_MS = 100;

/** Call it once in a test file, outside of tests: servers and clients are closed after each test. */
export function useConnectedSockets(): (options?: ConnectOptions) => Promise<ConnectedSockets> {
  const opened: { server: Server; client: Client }[] = [];
  afterEach(async () => {
    for (const { server, client } of opened.splice(0)) {
      client.close();
      await server.close();
    }
  });
  return async (options = {}) => {
    const http = createServer();
    const server = new Server(http, options.server);
    server.engine.on('connection', ({ transport }: { transport: { closeTimeout?: number } }) => {
      // A polling client that is gone cannot be told that it is closed. Engine.IO would keep this process for 30 s for it.
      if (transport.closeTimeout !== undefined) transport.closeTimeout = POLL_CLOSE_TIMEOUT_MS;
    });
    http.listen(0, '127.0.0.1');
    await once(http, 'listening');
    options.prepare?.(server, http);
    const { port } = http.address() as AddressInfo;
    const client = io(`http://127.0.0.1:${port}`, { transports: ['websocket'], ...options.client });
    opened.push({ server, client });
    const [socket] = (await once(server, 'connection')) as [Socket];
    await eventually(() => {
      if (!client.connected) throw new Error('the client is not connected yet');
    });
    return { http, server, socket, client };
  };
}

/** The TCP connection of a client that uses a WebSocket: pausing it stops the client from reading. */
export function tcpSocketOf(client: Client): { pause(): void; resume(): void; destroy(): void } {
  const { ws } = client.io.engine.transport as unknown as { ws: { _socket: ReturnType<typeof tcpSocketOf> } };
  return ws._socket;
}
