/** On real sockets: the path of a position update makes no difference to its receiver, nor to the client. */
import { once } from 'node:events';
import {
  type AddressInfo,
  connect as connectTcp,
  createServer as createTcpServer,
  type Socket as TcpSocket,
} from 'node:net';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { eventually } from '@nearby-friends/testing/eventually';
import type { ServerOptions } from 'socket.io';
import type { ManagerOptions, SocketOptions } from 'socket.io-client';
import { useConnectedSockets } from '../../test-support/connected-sockets.ts';
import type { EventReceiver } from '../../viewer/transport.ts';
import type { EngineConnection } from './fast-connection.ts';
import { FastFrameReader } from './fast-frame-reader.ts';

const connectSockets = useConnectedSockets();
const UNLIMITED = { take: () => true };

async function connect(client: Partial<ManagerOptions & SocketOptions>, server: Partial<ServerOptions> = {}) {
  const { socket: connection, client: socket } = await connectSockets({ client, server });
  const taken: [path: 'fast' | 'event', event: string, payload: unknown][] = [];
  const receive =
    (path: 'fast' | 'event'): EventReceiver =>
    (event, [payload, acknowledge]) => {
      taken.push([path, event, payload]);
      if (typeof acknowledge === 'function') acknowledge({ ok: true, at: taken.length });
    };
  connection.onAny((event: string, ...args: unknown[]) => receive('event')(event, args));
  const reader = new FastFrameReader(connection.conn, { receive: receive('fast'), budget: UNLIMITED });
  return { socket, connection, taken, stop: () => reader.stop() };
}

describe('a position update', () => {
  it('is read from the WebSocket and acknowledged, and other events take the usual path', async () => {
    const { socket, taken } = await connect({ transports: ['websocket'] });
    expect(await socket.emitWithAck('location:update', { lat: 1 })).toEqual({ ok: true, at: 1 });
    expect(await socket.emitWithAck('radius:set', { meters: 5 })).toEqual({ ok: true, at: 2 });
    socket.emit('location:update', { lat: 3 });
    await eventually(() => expect(taken.length).toBe(3));
    expect(await socket.emitWithAck('location:update', { lat: 4, text: 'ü' })).toEqual({ ok: true, at: 4 });
    expect(taken).toEqual([
      ['fast', 'location:update', { lat: 1 }],
      ['event', 'radius:set', { meters: 5 }],
      ['fast', 'location:update', { lat: 3 }],
      ['event', 'location:update', { lat: 4, text: 'ü' }],
    ]);
  });

  it('releases the mask of the first frame, but not the mask of a frame that is being parsed', async () => {
    const { connection } = await connect({ transports: ['websocket'] });
    const { conn } = connection;
    const { _receiver: reader } = conn.webSocket as { readonly _receiver: { _state: number; _mask: unknown } };
    expect(reader._mask).toBeUndefined();
    Object.assign(reader, { _state: 4, _mask: 'in use' });
    new FastFrameReader(conn, { receive: () => undefined, budget: UNLIMITED });
    expect(reader._mask).toBe('in use');
    Object.assign(reader, { _state: 0 });
    new FastFrameReader(conn, { receive: () => undefined, budget: UNLIMITED });
    expect(reader._mask).toBeUndefined();
  });

  it('arrives in the order of sending, whatever comes between and however it is split', async () => {
    const { socket, taken } = await connect({ transports: ['websocket'] });
    for (let i = 0; i < 300; i++) {
      if (i % 7 === 0) socket.emit('radius:set', { i });
      else socket.emit('location:update', i % 5 === 0 ? { i, pad: 'y'.repeat(3_000) } : { i });
      if (i % 11 < 4) await eventually(() => expect(taken.length).toBe(i + 1));
    }
    await eventually(() => expect(taken.length).toBe(300));
    expect(taken.map(([, , payload]) => (payload as { i: number }).i)).toEqual(
      Array.from({ length: 300 }, (_, i) => i),
    );
    expect(taken.some(([path]) => path === 'fast')).toBe(true);
  });

  it('takes the usual path while a client polls, and the fast one once it has upgraded to a WebSocket', async () => {
    const polling = await connect({ transports: ['polling'] });
    expect(await polling.socket.emitWithAck('location:update', {})).toEqual({ ok: true, at: 1 });
    expect(polling.taken).toEqual([['event', 'location:update', {}]]);

    const { socket, connection, taken } = await connect({ transports: ['polling', 'websocket'] });
    await eventually(() => expect(connection.conn.transport.name).toBe('websocket'));
    await eventually(async () => {
      await socket.emitWithAck('location:update', {});
      expect(taken.at(-1)).toEqual(['fast', 'location:update', {}]);
    });
  });

  it('takes the usual path from a client that compresses', async () => {
    const { socket, taken } = await connect(
      { transports: ['websocket'], perMessageDeflate: { threshold: 0 } } as object,
      { perMessageDeflate: { threshold: 0 } },
    );
    await socket.emitWithAck('location:update', { lat: 1 });
    expect(taken).toEqual([['event', 'location:update', { lat: 1 }]]);
  });

  it('takes the usual path after stop(), also when stopped before the upgrade to a WebSocket', async () => {
    const { socket, taken, stop } = await connect({ transports: ['websocket'] });
    await socket.emitWithAck('location:update', {});
    stop();
    await socket.emitWithAck('location:update', {});
    expect(taken.map(([path]) => path)).toEqual(['fast', 'event']);

    const other = await connect({ transports: ['polling', 'websocket'] });
    other.stop();
    await eventually(() => expect(other.connection.conn.transport.name).toBe('websocket'));
    await other.socket.emitWithAck('location:update', {});
    await other.socket.emitWithAck('location:update', {});
    expect(other.taken.map(([path]) => path)).toEqual(['event', 'event']);
  });

  it('that arrives after the end of the connection gets no acknowledgement', async () => {
    const { socket, connection, taken } = await connect({ transports: ['websocket'], reconnection: false });
    let acknowledgements = 0;
    socket.emit('location:update', { lat: 1 }, () => acknowledgements++);
    const closed = once(connection, 'disconnect');
    connection.conn.close();
    await closed;
    expect(acknowledgements).toBe(0);
    expect(taken.length).toBeLessThanOrEqual(1);
  });
});

it('a pong takes the fast path as well, and Engine.IO receives it', async () => {
  const { connection } = await connect({ transports: ['websocket'] }, { pingInterval: 50, pingTimeout: 60_000 });
  const { _receiver: receiver } = connection.conn.webSocket as { _receiver: { write(): boolean } };
  const byWs = jest.spyOn(receiver, 'write');
  let pongs = 0;
  connection.conn.on('heartbeat', () => pongs++);
  await eventually(() => expect(pongs).toBeGreaterThan(2));
  expect(byWs).not.toHaveBeenCalled();
});

describe('bytes take the usual path', () => {
  interface WebSocketInside {
    readonly readyState: number;
    readonly _socket: TcpSocket;
    send(data: string, options: { fin: boolean }): void;
  }
  /** Both ends of a connection. */
  async function bothEnds() {
    const connected = await connect({ transports: ['websocket'], reconnection: false });
    const { ws } = connected.socket.io.engine.transport as unknown as { ws: WebSocketInside };
    const inside = connected.connection.conn.webSocket as unknown as WebSocketInside;
    return { ...connected, ws, inside };
  }
  /** A position update as a client sends it, with a mask of zeros. */
  const packet = Buffer.from('42["location:update",{"i":1}]');
  const frame = Buffer.concat([Buffer.from([0x81, 0x80 | packet.length, 0, 0, 0, 0]), packet]);

  it('while the connection is paused, so that nothing overtakes what is buffered', async () => {
    const { socket, inside, taken } = await bothEnds();
    inside._socket.pause();
    for (let i = 1; i <= 5; i++) {
      const before = inside._socket.readableLength;
      socket.emit('location:update', { i });
      await eventually(() => expect(inside._socket.readableLength).toBeGreaterThan(before));
    }
    expect(taken).toEqual([]);
    inside._socket.resume();
    await socket.emitWithAck('location:update', { i: 6 });
    expect(taken.map(([, , payload]) => (payload as { i: number }).i)).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('between two fragments of a message, where a position update violates the protocol', async () => {
    const { connection, ws, inside, taken } = await bothEnds();
    const closed = once(connection, 'disconnect');
    const { bytesRead } = inside._socket;
    ws.send('4', { fin: false });
    await eventually(() => expect(inside._socket.bytesRead).toBeGreaterThan(bytesRead));
    ws._socket.write(frame);
    await closed;
    expect(taken).toEqual([]);
  });

  it('once the WebSocket is closing', async () => {
    const { ws, inside, taken } = await bothEnds();
    // The client must not notice, or it would close the connection.
    ws._socket.pause();
    // Not the beginning of a frame: ws closes the WebSocket and discards the bytes.
    ws._socket.write(Buffer.from([0xff, 0x80]));
    await eventually(() => expect(inside.readyState).not.toBe(1));
    const { bytesRead } = inside._socket;
    ws._socket.write(frame);
    await eventually(() => expect(inside._socket.bytesRead).toBe(bytesRead + frame.length));
    expect(taken).toEqual([]);
    ws._socket.destroy();
  });

  it('only in these cases', async () => {
    const { ws, taken } = await bothEnds();
    ws._socket.write(frame);
    await eventually(() => expect(taken).toEqual([['fast', 'location:update', { i: 1 }]]));
  });
});

describe('every byte takes the usual path', () => {
  const receiver = { isBetweenMessages: true, releaseMask: () => undefined };
  let tcp: TcpSocket;
  let handle: { onread: unknown };
  let original: unknown;
  let ends: (() => unknown)[];

  beforeEach(async () => {
    const server = createTcpServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const client = connectTcp((server.address() as AddressInfo).port, '127.0.0.1');
    [tcp] = (await once(server, 'connection')) as [TcpSocket];
    handle = (tcp as unknown as { _handle: { onread: unknown } })._handle;
    original = handle.onread;
    ends = [() => tcp.destroy(), () => client.destroy(), () => server.close()];
  });
  afterEach(() => {
    for (const end of ends) end();
  });

  const read = (webSocket: object | null) =>
    new FastFrameReader({ webSocket, once: () => undefined } as unknown as EngineConnection, {
      receive: () => undefined,
      budget: UNLIMITED,
    });

  it('while the client polls, with an extension, when not open, and for anything but plain TCP', () => {
    const webSocket = { extensions: '', readyState: 1, receiver, tcpSocket: tcp };
    read(null);
    read({ ...webSocket, extensions: 'permessage-deflate' });
    read({ ...webSocket, readyState: 2 });
    read({ ...webSocket, tcpSocket: {} });
    read({ ...webSocket, tcpSocket: null });
    expect(handle.onread).toBe(original);
    const reader = read(webSocket);
    expect(handle.onread).not.toBe(original);
    reader.stop();
    expect(handle.onread).toBe(original);
  });
});
