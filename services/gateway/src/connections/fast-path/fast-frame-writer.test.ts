/** On real sockets: the path of a message makes no difference to the client. */
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { parseUserId } from '@nearby-friends/protocol';
import { eventually } from '@nearby-friends/testing/eventually';
import type { ServerOptions } from 'socket.io';
import { tcpSocketOf, useConnectedSockets } from '../../test-support/connected-sockets.ts';
import type { ListMessage } from '../../viewer/list-message.ts';
import { ListMessageWriter } from '../../wire/list-message-writer.ts';
import { FastFrameWriter } from './fast-frame-writer.ts';

interface WebSocketInside {
  readonly _socket: { readonly _handle: { writeBuffer(): unknown } };
  close(): void;
}

const connectSockets = useConnectedSockets();
let writer: ListMessageWriter;

afterEach(() => {
  jest.restoreAllMocks();
});
beforeEach(() => {
  writer = new ListMessageWriter();
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

const LONG_AFTER_TEST_SECONDS = 1_000;

async function connect(
  transport: 'websocket' | 'polling',
  server: Partial<ServerOptions> = {},
  pingAfterSeconds = LONG_AFTER_TEST_SECONDS,
) {
  const { socket, client } = await connectSockets({
    client: { transports: [transport], perMessageDeflate: { threshold: 0 } } as object,
    server,
  });
  const heard: string[][] = [];
  client.on('nearby:changes', ({ removed }: { removed: string[] }) => heard.push(removed));
  let throughEngine = 0;
  socket.conn.on('packetCreate', () => throughEngine++);
  return {
    socket,
    client,
    heard,
    engine: socket.conn,
    fast: new FastFrameWriter(socket.conn, pingAfterSeconds),
    throughEngine: () => throughEngine,
  };
}

describe('a list message', () => {
  it('is written to the TCP connection of a WebSocket, in order with the messages of Engine.IO', async () => {
    const { socket, heard, fast, throughEngine } = await connect('websocket');
    const sent: string[][] = [];
    for (let i = 0; i < 200; i++) {
      await eventually(() => expect(fast.isWritable()).toBe(true));
      if (i % 3 === 0) socket.emit('nearby:changes', { removed: [`emitted-${i}`] });
      else expect(fast.sendList(message(`fast-${i}`))).toBe(true);
      sent.push([`${i % 3 === 0 ? 'emitted' : 'fast'}-${i}`]);
    }
    await eventually(() => expect(heard).toEqual(sent));
    expect(throughEngine()).toBe(67);
  });

  it.each([
    ['a polling client', 'polling' as const, {}],
    ['a client that compresses', 'websocket' as const, { perMessageDeflate: { threshold: 0 } }],
  ])('goes through Engine.IO to %s', async (_, transport, options) => {
    const { heard, fast, throughEngine } = await connect(transport, options);
    expect(fast.sendList(message('ann'))).toBe(true);
    await eventually(() => expect(heard).toEqual([['ann']]));
    expect(throughEngine()).toBe(1);
  });

  it('keeps its bytes while the client does not read, and reports backpressure', async () => {
    const { client, heard, fast } = await connect('websocket');
    const tcp = tcpSocketOf(client);
    tcp.pause();
    const names = Array.from({ length: 400 }, (_, i) => `${i}-`.padEnd(64, 'x'));
    let sent = 0;
    for (let isTaken = true; isTaken; sent++) {
      expect(fast.isWritable()).toBe(true);
      const next = message(...names);
      isTaken = fast.sendList(next);
      if (!isTaken) writer.giveAway(next);
      writer.reuse();
    }
    expect(fast.isWritable()).toBe(false);
    message('overwritten');
    tcp.resume();
    await eventually(() => expect(heard.length).toBe(sent));
    expect(new Set(heard.map(String))).toEqual(new Set([String(names)]));
    await eventually(() => expect(fast.isWritable()).toBe(true));
  });
});

describe('after a connection has begun to close', () => {
  it('nothing is written to the TCP connection, whichever side closes', async () => {
    const { socket, client, heard, fast } = await connect('websocket');
    fast.sendList(message('before'));
    await eventually(() => expect(heard).toEqual([['before']]));
    const inside = socket.conn.webSocket as WebSocketInside;
    const write = jest.spyOn(inside._socket._handle, 'writeBuffer');
    fast.sendList(message('fast'));
    expect(write).toHaveBeenCalledTimes(1);
    // As ws does itself when the client sends a close frame.
    inside.close();
    fast.sendList(message('after'));
    fast.sendList(message('after'));
    expect(write).toHaveBeenCalledTimes(1);
    await eventually(() => expect(client.connected).toBe(false));
    expect(heard).toEqual([['before'], ['fast']]);
  });
});

describe('a ping', () => {
  /** Connected, with one message sent. */
  async function connectAndSend(options: Partial<ServerOptions> = {}) {
    const connected = await connect('websocket', { pingInterval: 60_000, ...options }, 0);
    connected.fast.sendList(message());
    let pongs = 0;
    connected.socket.conn.on('heartbeat', () => pongs++);
    return { ...connected, pongs: () => pongs };
  }

  it('is carried by a list message, gets a pong, and postpones the one that Engine.IO would send', async () => {
    const { heard, fast, engine, pongs, throughEngine } = await connectAndSend();
    const ownPing = jest.spyOn(
      (engine as unknown as { pingIntervalTimer: NodeJS.Timeout }).pingIntervalTimer,
      'refresh',
    );
    for (let i = 1; i <= 5; i++) {
      await eventually(() => expect(fast.isPingDue()).toBe(true));
      fast.sendList(messageOf([`with-${i}`], true));
      expect(ownPing).toHaveBeenCalledTimes(2 * i - 1);
      // One waits for its pong.
      expect(fast.isPingDue()).toBe(false);
      await eventually(() => expect(pongs()).toBe(i));
      // Engine.IO does so for each pong.
      expect(ownPing).toHaveBeenCalledTimes(2 * i);
    }
    expect(heard.slice(1)).toEqual([1, 2, 3, 4, 5].map((i) => [`with-${i}`]));
    expect(throughEngine()).toBe(0);
  });

  it('without a pong ends the connection', async () => {
    const { socket, client, fast } = await connectAndSend({ pingTimeout: 50 });
    const reasons: string[] = [];
    socket.on('disconnect', (reason) => reasons.push(reason));
    const tcp = tcpSocketOf(client);
    tcp.pause();
    fast.sendList(messageOf(['unread'], true));
    await eventually(() => expect(reasons).toEqual(['ping timeout']));
    tcp.destroy();
  });

  it('is due a fixed time after the last pong, whichever ping it was for', async () => {
    const { socket, fast } = await connect('websocket', { pingInterval: 100 }, 20);
    fast.sendList(message());
    let at = performance.now();
    jest.spyOn(performance, 'now').mockImplementation(() => at);
    for (let i = 0; i < 3; i++) {
      at += 21_000;
      // A ping of Engine.IO itself may wait for its pong.
      await eventually(() => expect(fast.isPingDue()).toBe(true));
      await once(socket.conn, 'heartbeat');
      expect(fast.isPingDue()).toBe(false);
    }
  });

  it('is not carried over polling, nor before its time', async () => {
    const polling = await connect('polling', {}, 0);
    polling.fast.sendList(messageOf(['ann'], true));
    await eventually(() => expect(polling.heard).toEqual([['ann']]));
    expect(polling.fast.isPingDue()).toBe(false);
    const { fast } = await connect('websocket');
    fast.sendList(message());
    expect(fast.isPingDue()).toBe(false);
  });
});
