/** On real sockets: which way a report comes must make no difference to whoever takes it, nor to the client. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import {
  type AddressInfo,
  connect as connectTcp,
  createServer as createTcpServer,
  type Socket as TcpSocket,
} from 'node:net';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { eventually } from '@nearby-friends/testing';
import { Server, type ServerOptions, type Socket } from 'socket.io';
import { io as connectTo, type ManagerOptions, type SocketOptions } from 'socket.io-client';
import { type EventReceiver, type ReadConnection, readFastFrames } from './fast-frame-reader.ts';

let ends: (() => unknown)[];
beforeEach(() => {
  ends = [];
});
afterEach(async () => {
  for (const end of ends.reverse()) await end();
});

async function connect(client: Partial<ManagerOptions & SocketOptions>, options: Partial<ServerOptions> = {}) {
  const http = createServer();
  const server = new Server(http, options);
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  ends.push(() => server.close());
  const taken: [way: 'straight' | 'event', event: string, payload: unknown][] = [];
  const receive =
    (way: 'straight' | 'event'): EventReceiver =>
    (event, [payload, answer]) => {
      taken.push([way, event, payload]);
      if (typeof answer === 'function') answer({ ok: true, at: taken.length });
    };
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  const socket = connectTo(url, client);
  ends.push(() => socket.close());
  const [connection] = (await once(server, 'connection')) as [Socket];
  connection.onAny((event: string, ...args: unknown[]) => receive('event')(event, args));
  const stop = readFastFrames(connection.conn as unknown as ReadConnection, receive('straight'));
  await eventually(() => expect(socket.connected).toBe(true));
  return { socket, connection, taken, stop };
}

describe('a report', () => {
  it('comes straight from a WebSocket, is answered, and other events come as ever', async () => {
    const { socket, taken } = await connect({ transports: ['websocket'] });
    expect(await socket.emitWithAck('location:update', { lat: 1 })).toEqual({ ok: true, at: 1 });
    expect(await socket.emitWithAck('radius:set', { meters: 5 })).toEqual({ ok: true, at: 2 });
    socket.emit('location:update', { lat: 3 });
    await eventually(() => expect(taken.length).toBe(3));
    expect(await socket.emitWithAck('location:update', { lat: 4, text: 'ü' })).toEqual({ ok: true, at: 4 });
    expect(taken).toEqual([
      ['straight', 'location:update', { lat: 1 }],
      ['event', 'radius:set', { meters: 5 }],
      ['straight', 'location:update', { lat: 3 }],
      ['event', 'location:update', { lat: 4, text: 'ü' }],
    ]);
  });

  it('leaves nothing of the first frame behind, and of one that is being read what it needs', async () => {
    const { connection } = await connect({ transports: ['websocket'] });
    const conn = connection.conn as unknown as ReadConnection;
    const { _receiver: reader } = conn.transport.socket as { readonly _receiver: { _state: number; _mask: unknown } };
    expect(reader._mask).toBeUndefined();
    Object.assign(reader, { _state: 4, _mask: 'in use' });
    readFastFrames(conn, () => undefined);
    expect(reader._mask).toBe('in use');
    Object.assign(reader, { _state: 0 });
    readFastFrames(conn, () => undefined);
    expect(reader._mask).toBeUndefined();
  });

  it('comes in the order in which it was sent, whatever comes between and however it is cut', async () => {
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
    expect(taken.some(([way]) => way === 'straight')).toBe(true);
  });

  it('comes by way of Engine.IO while a client polls, and straight once it has gone over to a WebSocket', async () => {
    const polling = await connect({ transports: ['polling'] });
    expect(await polling.socket.emitWithAck('location:update', {})).toEqual({ ok: true, at: 1 });
    expect(polling.taken).toEqual([['event', 'location:update', {}]]);

    const { socket, connection, taken } = await connect({ transports: ['polling', 'websocket'] });
    await eventually(() => expect(connection.conn.transport.name).toBe('websocket'));
    await eventually(async () => {
      await socket.emitWithAck('location:update', {});
      expect(taken.at(-1)).toEqual(['straight', 'location:update', {}]);
    });
  });

  it('comes by way of ws from a client that compresses', async () => {
    const { socket, taken } = await connect(
      { transports: ['websocket'], perMessageDeflate: { threshold: 0 } } as object,
      { perMessageDeflate: { threshold: 0 } },
    );
    await socket.emitWithAck('location:update', { lat: 1 });
    expect(taken).toEqual([['event', 'location:update', { lat: 1 }]]);
  });

  it('comes as an event again once that has been called off, also before a client goes over to a WebSocket', async () => {
    const { socket, taken, stop } = await connect({ transports: ['websocket'] });
    await socket.emitWithAck('location:update', {});
    stop();
    await socket.emitWithAck('location:update', {});
    expect(taken.map(([way]) => way)).toEqual(['straight', 'event']);

    const other = await connect({ transports: ['polling', 'websocket'] });
    other.stop();
    await eventually(() => expect(other.connection.conn.transport.name).toBe('websocket'));
    await other.socket.emitWithAck('location:update', {});
    await other.socket.emitWithAck('location:update', {});
    expect(other.taken.map(([way]) => way)).toEqual(['event', 'event']);
  });

  it('that comes after the connection was closed gets no answer, and harms nobody', async () => {
    const { socket, connection, taken } = await connect({ transports: ['websocket'], reconnection: false });
    let answers = 0;
    socket.emit('location:update', { lat: 1 }, () => answers++);
    const closed = once(connection, 'disconnect');
    connection.conn.close();
    await closed;
    expect(answers).toBe(0);
    expect(taken.length).toBeLessThanOrEqual(1);
  });
});

it('an answer to a ping comes straight as well, and Engine.IO takes it for one', async () => {
  const { connection } = await connect({ transports: ['websocket'] }, { pingInterval: 50, pingTimeout: 60_000 });
  const { socket } = connection.conn.transport as unknown as { socket: { _receiver: { write(): boolean } } };
  const byWs = jest.spyOn(socket._receiver, 'write');
  let answers = 0;
  connection.conn.on('heartbeat', () => answers++);
  await eventually(() => expect(answers).toBeGreaterThan(2));
  expect(byWs).not.toHaveBeenCalled();
});

describe('it is left to the stream', () => {
  interface WebSocketInside {
    readonly readyState: number;
    readonly _socket: TcpSocket;
    send(data: string, options: { fin: boolean }): void;
  }
  /** Both ends of a connection. */
  async function bothEnds() {
    const connected = await connect({ transports: ['websocket'], reconnection: false });
    const { ws } = connected.socket.io.engine.transport as unknown as { ws: WebSocketInside };
    const { socket: inside } = connected.connection.conn.transport as unknown as { socket: WebSocketInside };
    return { ...connected, ws, inside };
  }
  /** A report as a client sends it, with a mask that changes nothing. */
  const packet = Buffer.from('42["location:update",{"i":1}]');
  const frame = Buffer.concat([Buffer.from([0x81, 0x80 | packet.length, 0, 0, 0, 0]), packet]);

  it('while the connection is paused, so that nothing overtakes what waits there', async () => {
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

  it('between two parts of a message, where a report breaks the protocol', async () => {
    const { connection, ws, inside, taken } = await bothEnds();
    const closed = once(connection, 'disconnect');
    const { bytesRead } = inside._socket;
    ws.send('4', { fin: false });
    await eventually(() => expect(inside._socket.bytesRead).toBeGreaterThan(bytesRead));
    ws._socket.write(frame);
    await closed;
    expect(taken).toEqual([]);
  });

  it('once the connection has been given up', async () => {
    const { ws, inside, taken } = await bothEnds();
    // It is not to learn of that, and go.
    ws._socket.pause();
    // No frame begins like that, and nothing of it is left.
    ws._socket.write(Buffer.from([0xff, 0x80]));
    await eventually(() => expect(inside.readyState).not.toBe(1));
    const { bytesRead } = inside._socket;
    ws._socket.write(frame);
    await eventually(() => expect(inside._socket.bytesRead).toBe(bytesRead + frame.length));
    expect(taken).toEqual([]);
    ws._socket.destroy();
  });

  it('and taken otherwise', async () => {
    const { ws, taken } = await bothEnds();
    ws._socket.write(frame);
    await eventually(() => expect(taken).toEqual([['straight', 'location:update', { i: 1 }]]));
  });
});

describe('everything is left to Engine.IO', () => {
  const reader = { _state: 0, _bufferedBytes: 0, _fragmented: 0, _opcode: 0 };
  let tcp: TcpSocket;
  let handle: { onread: unknown };
  let kept: unknown;

  beforeEach(async () => {
    const server = createTcpServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const client = connectTcp((server.address() as AddressInfo).port, '127.0.0.1');
    [tcp] = (await once(server, 'connection')) as [TcpSocket];
    handle = (tcp as unknown as { _handle: { onread: unknown } })._handle;
    kept = handle.onread;
    ends.push(
      () => server.close(),
      () => client.destroy(),
      () => tcp.destroy(),
    );
  });

  const read = (socket: unknown, name = 'websocket') =>
    readFastFrames(
      { readyState: 'open', transport: { name, socket }, write: () => undefined, once: () => undefined },
      () => undefined,
    );

  it('where ws or Node are not as they were', () => {
    const webSocket = { extensions: '', readyState: 1, _receiver: reader, _socket: tcp };
    const { _opcode, ...older } = reader;
    read(undefined);
    read({});
    read({ ...webSocket, _receiver: { ...reader, _state: 'start' } });
    read({ ...webSocket, _receiver: older });
    read({ ...webSocket, extensions: 'permessage-deflate' });
    read({ ...webSocket, readyState: 'open' });
    read({ ...webSocket, _socket: {} });
    read(webSocket, 'webtransport');
    expect(handle.onread).toBe(kept);
    const stop = read(webSocket);
    expect(handle.onread).not.toBe(kept);
    stop();
    expect(handle.onread).toBe(kept);
  });
});
