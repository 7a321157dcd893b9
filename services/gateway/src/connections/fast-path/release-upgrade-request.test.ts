/** On real sockets: the request a connection was made with is gone, and the connection is as good as before. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo, Socket as TcpSocket } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { eventually } from '@nearby-friends/testing';
import { Server, type Socket } from 'socket.io';
import { io as connectTo } from 'socket.io-client';
import { releaseUpgradeRequest, type UpgradedConnection } from './release-upgrade-request.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

let ends: (() => unknown)[];
beforeEach(() => {
  ends = [];
});
afterEach(async () => {
  for (const end of ends.reverse()) await end();
});

async function connect(transports: readonly ('polling' | 'websocket')[]) {
  const http = createServer();
  const server = new Server(http);
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  ends.push(() => server.close());
  const requests: WeakRef<object>[] = [];
  http.prependListener('upgrade', (request) => requests.push(new WeakRef(request)));
  server.engine.on('connection', (connection: { request: unknown }) => {
    connection.request = null;
  });
  const client = connectTo(`http://127.0.0.1:${(http.address() as AddressInfo).port}`, { transports: [...transports] });
  ends.push(() => client.close());
  const [socket] = (await once(server, 'connection')) as [Socket];
  Object.assign(socket.handshake, { headers: {}, query: {} });
  socket.on('ask', (answer: (text: string) => void) => answer('yes'));
  return { client, socket, connection: socket.conn as unknown as UpgradedConnection, requests };
}

function webSocketOf({ transport }: UpgradedConnection) {
  return transport.socket as { readonly _socket: TcpSocket };
}

it.each([
  ['that began as one', ['websocket'] as const],
  ['that began by polling', ['polling', 'websocket'] as const],
])('a WebSocket %s keeps no request, and goes on', async (_, transports) => {
  const { client, socket, connection, requests } = await connect(transports);
  releaseUpgradeRequest(connection);
  await eventually(() => expect(connection.transport.name).toBe('websocket'));
  const { _socket: tcp } = webSocketOf(connection);
  await eventually(() => {
    collectGarbage();
    expect(requests.map((request) => request.deref())).toEqual([undefined]);
  });
  expect(await client.emitWithAck('ask')).toBe('yes');
  const left = once(socket, 'disconnect');
  tcp.destroy();
  expect(await left).toContain('transport close');
});

it('the request is kept by nothing else: without letting go it stays', async () => {
  const { requests } = await connect(['websocket']);
  for (let i = 0; i < 3; i++) {
    collectGarbage();
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(requests[0]?.deref()).toBeDefined();
});

it.each([[undefined], [{}], [{ _socket: {}, _receiver: {} }], ['text']])(
  'what is made otherwise stays as it is: %j',
  (socket) => {
    releaseUpgradeRequest({ transport: { name: 'websocket', socket }, once: () => undefined });
  },
);
