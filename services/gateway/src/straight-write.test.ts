/** On real sockets: which way a message goes must make no difference to the client. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { parseUserId } from '@nearby-friends/protocol';
import { eventually } from '@nearby-friends/testing';
import { Server, type ServerOptions, type Socket } from 'socket.io';
import { type Socket as ClientSocket, io as connectTo } from 'socket.io-client';
import { type ListMessage, ListMessageWriter } from './list-message.ts';
import { type EngineConnection, StraightWrite } from './straight-write.ts';

let writer: ListMessageWriter;
let ends: (() => unknown)[];

beforeEach(() => {
  writer = new ListMessageWriter();
  ends = [];
});

afterEach(async () => {
  for (const end of ends.reverse()) await end();
});

function message(...removed: string[]): ListMessage {
  writer.beginChanges();
  return writer.endChanges(removed.map((name) => parseUserId(name)));
}

async function connect(transport: 'websocket' | 'polling', options: Partial<ServerOptions> = {}) {
  const http = createServer();
  const server = new Server(http, options);
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  ends.push(() => server.close());
  const client: ClientSocket = connectTo(`http://127.0.0.1:${(http.address() as AddressInfo).port}`, {
    transports: [transport],
    perMessageDeflate: { threshold: 0 },
  } as object);
  ends.push(() => client.close());
  const heard: string[][] = [];
  client.on('nearby:changes', ({ removed }: { removed: string[] }) => heard.push(removed));
  const [socket] = (await once(server, 'connection')) as [Socket];
  await eventually(() => expect(client.connected).toBe(true));
  const engine = socket.conn as unknown as EngineConnection;
  let throughEngine = 0;
  socket.conn.on('packetCreate', () => throughEngine++);
  return { socket, client, heard, straight: new StraightWrite(engine), throughEngine: () => throughEngine };
}

describe('a list message', () => {
  it('goes straight to a WebSocket, in order with what Engine.IO sends itself', async () => {
    const { socket, heard, straight, throughEngine } = await connect('websocket');
    const sent: string[][] = [];
    for (let i = 0; i < 200; i++) {
      await eventually(() => expect(straight.isWritable()).toBe(true));
      if (i % 3 === 0) socket.emit('nearby:changes', { removed: [`emitted-${i}`] });
      else expect(straight.send(message(`straight-${i}`))).toBe(true);
      sent.push([`${i % 3 === 0 ? 'emitted' : 'straight'}-${i}`]);
    }
    await eventually(() => expect(heard).toEqual(sent));
    expect(throughEngine()).toBe(67);
  });

  it.each([
    ['a polling client', 'polling' as const, {}],
    ['a client that compresses', 'websocket' as const, { perMessageDeflate: { threshold: 0 } }],
  ])('goes through Engine.IO to %s', async (_, transport, options) => {
    const { heard, straight, throughEngine } = await connect(transport, options);
    expect(straight.send(message('ann'))).toBe(true);
    await eventually(() => expect(heard).toEqual([['ann']]));
    expect(throughEngine()).toBe(1);
  });

  it('keeps its bytes while the client does not read, and nothing more is to be sent meanwhile', async () => {
    const { client, heard, straight } = await connect('websocket');
    const tcp = (client.io.engine.transport as unknown as { ws: { _socket: { pause(): void; resume(): void } } }).ws
      ._socket;
    tcp.pause();
    const names = Array.from({ length: 400 }, (_, i) => `${i}-`.padEnd(64, 'x'));
    let sent = 0;
    let isFree = true;
    while (isFree) {
      expect(straight.isWritable()).toBe(true);
      isFree = straight.send(message(...names));
      sent++;
    }
    writer.giveAway();
    expect(straight.isWritable()).toBe(false);
    message('overwritten');
    tcp.resume();
    await eventually(() => expect(heard).toEqual(new Array(sent).fill(names)));
    await eventually(() => expect(straight.isWritable()).toBe(true));
  });
});
