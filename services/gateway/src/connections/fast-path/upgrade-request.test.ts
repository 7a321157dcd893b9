/** On real sockets: the patched Engine.IO releases the HTTP request of a WebSocket, and the connection works as before. */
import { once } from 'node:events';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from '@jest/globals';
import { eventually } from '@nearby-friends/testing/eventually';
import { useConnectedSockets } from '../../test-support/connected-sockets.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const connectSockets = useConnectedSockets();

async function connect(transports: readonly ('polling' | 'websocket')[], releaseUpgradeRequest: boolean) {
  const requests: WeakRef<object>[] = [];
  const sockets = await connectSockets({
    client: { transports: [...transports] },
    server: { releaseUpgradeRequest },
    prepare: (server, http) => {
      http.prependListener('upgrade', (request) => requests.push(new WeakRef(request)));
      server.engine.on('connection', (connection: { request: unknown }) => {
        connection.request = null;
      });
    },
  });
  Object.assign(sockets.socket.handshake, { headers: {}, query: {} });
  sockets.socket.on('check', (acknowledge: (text: string) => void) => acknowledge('yes'));
  return { ...sockets, requests };
}

it.each([
  ['that began as one', ['websocket'] as const],
  ['that began by polling', ['polling', 'websocket'] as const],
])('a WebSocket %s retains no request', async (_, transports) => {
  const { client, socket, requests } = await connect(transports, true);
  await eventually(() => expect(socket.conn.transport.name).toBe('websocket'));
  await eventually(() => {
    collectGarbage();
    expect(requests.map((request) => request.deref())).toStrictEqual([undefined]);
  });
  expect(await client.emitWithAck('check')).toBe('yes');
  const left = once(socket, 'disconnect');
  const { _socket: tcp } = socket.conn.webSocket as { readonly _socket: { destroy(): void } };
  tcp.destroy();
  expect(await left).toContain('transport close');
});

it('without the option the request is retained', async () => {
  const { requests } = await connect(['websocket'], false);
  for (let i = 0; i < 3; i++) {
    collectGarbage();
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(requests[0]?.deref()).toBeDefined();
});
