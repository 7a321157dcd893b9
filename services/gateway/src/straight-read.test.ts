/** On real sockets: which way a report comes must make no difference to whoever takes it, nor to the client. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '@nearby-friends/testing';
import { Server, type ServerOptions, type Socket } from 'socket.io';
import { io as connectTo, type ManagerOptions, type SocketOptions } from 'socket.io-client';
import { type EventReceiver, type ReadConnection, readStraight } from './straight-read.ts';

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
  const stop = readStraight(connection.conn as unknown as ReadConnection, receive('straight'));
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

it('leaves everything to Engine.IO where ws is not as it was', () => {
  const reader = { write: () => true, _state: 0, _bufferedBytes: 0, _fragmented: 0, _opcode: 0 };
  const kept = reader.write;
  const connection = (socket: unknown, name = 'websocket') => ({
    readyState: 'open',
    transport: { name, socket },
    write: () => undefined,
    once: () => undefined,
  });
  const receive = () => undefined;
  readStraight(connection(undefined), receive);
  readStraight(connection({}), receive);
  readStraight(connection({ extensions: '', _receiver: { ...reader, _state: 'start' } }), receive);
  const { _opcode, ...older } = reader;
  readStraight(connection({ extensions: '', _receiver: older }), receive);
  readStraight(connection({ extensions: 'permessage-deflate', _receiver: reader }), receive);
  readStraight(connection({ extensions: '', _receiver: reader }, 'webtransport'), receive);
  expect(reader.write).toBe(kept);
  readStraight(connection({ extensions: '', _receiver: reader }), receive);
  expect(reader.write).not.toBe(kept);
});
