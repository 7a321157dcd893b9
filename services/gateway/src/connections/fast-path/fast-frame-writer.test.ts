/** On real sockets: which way a message goes must make no difference to the client. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo, Socket as TcpSocket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { parseUserId } from '@nearby-friends/protocol';
import { eventually } from '@nearby-friends/testing';
import { Server, type ServerOptions, type Socket } from 'socket.io';
import { type Socket as ClientSocket, io as connectTo } from 'socket.io-client';
import type { ListMessage } from '../../viewer/list-message.ts';
import { ListMessageWriter } from '../../wire/list-message-writer.ts';
import { type EngineConnection, FastFrameWriter } from './fast-frame-writer.ts';

interface WebSocketInside {
  readonly _socket: { readonly _handle: { writeBuffer(): unknown } };
  close(): void;
}

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
  return messageOf(removed, false);
}

function messageOf(removed: readonly string[], hasPing: boolean): ListMessage {
  writer.beginChanges();
  return writer.endChanges(
    removed.map((name) => parseUserId(name)),
    hasPing,
  );
}

/** Long after a test. */
const NO_PING_SECONDS = 1_000;

async function connect(
  transport: 'websocket' | 'polling',
  options: Partial<ServerOptions> = {},
  secondsBetweenPings = NO_PING_SECONDS,
) {
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
  return {
    socket,
    client,
    heard,
    engine,
    straight: new FastFrameWriter(engine, secondsBetweenPings),
    throughEngine: () => throughEngine,
  };
}

describe('a list message', () => {
  it('goes straight to a WebSocket, in order with what Engine.IO sends itself', async () => {
    const { socket, heard, straight, throughEngine } = await connect('websocket');
    const sent: string[][] = [];
    for (let i = 0; i < 200; i++) {
      await eventually(() => expect(straight.isWritable()).toBe(true));
      if (i % 3 === 0) socket.emit('nearby:changes', { removed: [`emitted-${i}`] });
      else expect(straight.sendList(message(`straight-${i}`))).toBe(true);
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
    expect(straight.sendList(message('ann'))).toBe(true);
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
    for (let isTaken = true; isTaken; sent++) {
      expect(straight.isWritable()).toBe(true);
      const next = message(...names);
      isTaken = straight.sendList(next);
      if (!isTaken) writer.giveAway(next);
      writer.reuse();
    }
    expect(straight.isWritable()).toBe(false);
    message('overwritten');
    tcp.resume();
    await eventually(() => expect(heard.length).toBe(sent));
    expect(new Set(heard.map(String))).toEqual(new Set([String(names)]));
    await eventually(() => expect(straight.isWritable()).toBe(true));
  });
});

describe('after a connection has begun to close', () => {
  it('nothing is sent straight any more, whoever closes it', async () => {
    const { socket, client, heard, straight } = await connect('websocket');
    straight.sendList(message('before'));
    await eventually(() => expect(heard).toEqual([['before']]));
    const inside = (socket.conn.transport as unknown as { socket: WebSocketInside }).socket;
    const write = jest.spyOn(inside._socket._handle, 'writeBuffer');
    straight.sendList(message('straight'));
    expect(write).toHaveBeenCalledTimes(1);
    // As ws does it itself when the client asks for it.
    inside.close();
    straight.sendList(message('after'));
    straight.sendList(message('after'));
    expect(write).toHaveBeenCalledTimes(1);
    await eventually(() => expect(client.connected).toBe(false));
    expect(heard).toEqual([['before'], ['straight']]);
  });
});

describe('a ping', () => {
  /** Connected, with one message sent, so that the way is known. */
  async function underWay(options: Partial<ServerOptions> = {}) {
    const connected = await connect('websocket', { pingInterval: 60_000, ...options }, 0);
    connected.straight.sendList(message());
    let answers = 0;
    connected.socket.conn.on('heartbeat', () => answers++);
    return { ...connected, answers: () => answers };
  }

  it('goes along with a list message, is answered, and puts off the one that Engine.IO would send', async () => {
    const { heard, straight, engine, answers, throughEngine } = await underWay();
    const ownPing = jest.spyOn(
      (engine as unknown as { pingIntervalTimer: NodeJS.Timeout }).pingIntervalTimer,
      'refresh',
    );
    for (let i = 1; i <= 5; i++) {
      await eventually(() => expect(straight.isPingDue()).toBe(true));
      straight.sendList(messageOf([`with-${i}`], true));
      expect(ownPing).toHaveBeenCalledTimes(2 * i - 1);
      // One is under way.
      expect(straight.isPingDue()).toBe(false);
      await eventually(() => expect(answers()).toBe(i));
      // As Engine.IO does it for each answer.
      expect(ownPing).toHaveBeenCalledTimes(2 * i);
    }
    expect(heard.slice(1)).toEqual([1, 2, 3, 4, 5].map((i) => [`with-${i}`]));
    expect(throughEngine()).toBe(0);
  });

  it('that is not answered ends the connection', async () => {
    const { socket, client, straight } = await underWay({ pingTimeout: 50 });
    const reasons: string[] = [];
    socket.on('disconnect', (reason) => reasons.push(reason));
    const { ws } = client.io.engine.transport as unknown as { ws: { _socket: TcpSocket } };
    ws._socket.pause();
    straight.sendList(messageOf(['unread'], true));
    await eventually(() => expect(reasons).toEqual(['ping timeout']));
    ws._socket.destroy();
  });

  it('is due so long after the last answer, whoever sent the ping', async () => {
    const { socket, straight } = await connect('websocket', { pingInterval: 100 }, 20);
    straight.sendList(message());
    let at = performance.now();
    jest.spyOn(performance, 'now').mockImplementation(() => at);
    ends.push(() => jest.restoreAllMocks());
    for (let i = 0; i < 3; i++) {
      at += 21_000;
      // Engine.IO's own may be under way.
      await eventually(() => expect(straight.isPingDue()).toBe(true));
      await once(socket.conn, 'heartbeat');
      expect(straight.isPingDue()).toBe(false);
    }
  });

  it('goes with nobody to whom a message does not go straight, nor before its time', async () => {
    const polling = await connect('polling', {}, 0);
    polling.straight.sendList(messageOf(['ann'], true));
    await eventually(() => expect(polling.heard).toEqual([['ann']]));
    expect(polling.straight.isPingDue()).toBe(false);
    const { straight } = await connect('websocket');
    straight.sendList(message());
    expect(straight.isPingDue()).toBe(false);
  });
});
