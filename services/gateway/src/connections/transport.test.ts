/** The contract of the transport port, which the plain and the fast implementation both keep. */
import { once } from 'node:events';
import { describe, expect, it, jest } from '@jest/globals';
import { parseUserId } from '@nearby-friends/protocol';
import { eventually } from '@nearby-friends/testing/eventually';
import { type ConnectOptions, tcpSocketOf, useConnectedSockets } from '../test-support/connected-sockets.ts';
import { next } from '../test-support/socket-server-of-test.ts';
import type { ListMessage } from '../viewer/list-message.ts';
import type { Transport } from '../viewer/transport.ts';
import { ListMessageWriter } from '../wire/list-message-writer.ts';
import { FastTransport } from './fast-transport.ts';
import { type ClientSocket, PlainTransport } from './plain-transport.ts';

const connect = useConnectedSockets();

const LONG_AFTER_TEST_SECONDS = 1_000;
const UNLIMITED = { take: () => true };
const implementations = [
  ['plain', (socket: ClientSocket) => new PlainTransport(socket)],
  [
    'fast',
    (socket: ClientSocket, pingAfterSeconds = LONG_AFTER_TEST_SECONDS) =>
      new FastTransport(socket, { pingAfterSeconds, budget: UNLIMITED }),
  ],
] as const;
const carriers = [
  ['websocket', ['websocket']],
  ['polling', ['polling']],
  ['websocket after polling', ['polling', 'websocket']],
] as const;

describe.each(implementations)('a %s transport', (implementation, open) => {
  async function connectTransport(options: ConnectOptions = {}, pingAfterSeconds?: number) {
    const sockets = await connect(options);
    const transport: Transport = open(sockets.socket, pingAfterSeconds);
    const writer = new ListMessageWriter();
    const heard: [event: string, message: unknown][] = [];
    sockets.client.onAny((event: string, message: unknown) => heard.push([event, message]));
    return {
      ...sockets,
      transport,
      heard,
      /** Sends a list message as the outbox does: its bytes are overwritten as soon as they may be. */
      sendList(names: readonly string[], hasPing = false): void {
        const message = changes(writer, names, hasPing);
        if (!transport.sendList(message)) writer.giveAway(message);
        writer.reuse();
        changes(writer, ['overwritten'], false);
        writer.reuse();
      },
    };
  }

  describe.each(carriers)('over %s', (_, transports) => {
    const client = { transports: [...transports], reconnection: false };
    const upgradesTo = transports.at(-1);

    it('passes every event once and in order, and acknowledges what wants it', async () => {
      const { transport, client: sender, socket } = await connectTransport({ client });
      await eventually(() => expect(socket.conn.transport.name).toBe(upgradesTo));
      const received: unknown[] = [];
      transport.receive((event, [payload, acknowledge]) => {
        received.push([event, payload]);
        if (typeof acknowledge === 'function') acknowledge({ ok: true, at: received.length });
      });
      const events = Array.from({ length: 60 }, (_, i): [string, unknown] => {
        if (i % 7 === 0) return ['radius:set', { i }];
        if (i % 11 === 0) return ['location:update', { i, text: 'ü' }];
        return ['location:update', { i, pad: 'y'.repeat(i % 5 === 0 ? 3_000 : 3) }];
      });
      const acknowledged: unknown[] = [];
      for (const [i, [event, payload]] of events.entries()) {
        if (i % 3 === 0) acknowledged.push(await sender.emitWithAck(event, payload));
        else sender.emit(event, payload);
      }
      await eventually(() => expect(received).toEqual(events));
      expect(acknowledged).toEqual(events.flatMap((_, i) => (i % 3 === 0 ? [{ ok: true, at: i + 1 }] : [])));
    });

    it('passes binary payloads as what they are', async () => {
      const { transport, client: sender } = await connectTransport({ client });
      const received: unknown[] = [];
      transport.receive((_, [payload]) => received.push(payload));
      sender.emit('location:update', { lat: Buffer.from('here') });
      await eventually(() => expect(received).toEqual([{ lat: Buffer.from('here') }]));
    });

    it('passes nothing once receiving has been stopped', async () => {
      const { transport, client: sender, socket } = await connectTransport({ client });
      const received: unknown[] = [];
      const stop = transport.receive((event) => received.push(event));
      sender.emit('location:update', {});
      await eventually(() => expect(received).toEqual(['location:update']));
      stop();
      let seenBySocketIo = 0;
      socket.on('location:update', () => seenBySocketIo++);
      sender.emit('location:update', {});
      await eventually(() => expect(seenBySocketIo).toBe(1));
      expect(received).toEqual(['location:update']);
    });

    it('delivers list messages in order, and other events in order', async () => {
      const { transport, sendList, heard, socket } = await connectTransport({ client });
      await eventually(() => expect(socket.conn.transport.name).toBe(upgradesTo));
      for (let i = 0; i < 30; i++) {
        await eventually(() => expect(transport.isReadyForList()).toBe(true));
        if (i % 3 === 0) transport.send('server:draining', { reconnectInMs: i });
        else sendList([`user-${i}`]);
      }
      await eventually(() => expect(heard).toHaveLength(30));
      const heardOf = (name: string) => heard.filter(([event]) => event === name).map(([, message]) => message);
      const sent = Array.from({ length: 30 }, (_, i) => i);
      expect(heardOf('server:draining')).toEqual(sent.filter((i) => i % 3 === 0).map((i) => ({ reconnectInMs: i })));
      expect(heardOf('nearby:changes')).toEqual(
        sent.filter((i) => i % 3 !== 0).map((i) => ({ upserts: [], removed: [`user-${i}`] })),
      );
    });

    it('notifies the client of a disconnect, so that it does not reconnect by itself', async () => {
      const { transport, client: receiver } = await connectTransport({ client: { transports: [...transports] } });
      const left = next(receiver, 'disconnect');
      transport.disconnect();
      expect((await left)[0]).toBe('io server disconnect');
      expect(receiver.active).toBe(false);
    });

    it('lets the client reconnect after a cut-off', async () => {
      const {
        transport,
        client: receiver,
        socket,
      } = await connectTransport({
        client: { transports: [...transports], reconnectionDelay: 60_000 },
      });
      const left = next(receiver, 'disconnect');
      const ended = once(socket, 'disconnect');
      transport.cutOff();
      expect((await ended)[0]).toBe('forced close');
      expect((await left)[0]).not.toBe('io server disconnect');
      expect(receiver.active).toBe(true);
    });

    it('harms nothing when used after the end', async () => {
      const { transport, sendList, client: receiver, socket, heard } = await connectTransport({ client });
      const stop = transport.receive(() => undefined);
      const ended = once(socket, 'disconnect');
      receiver.close();
      await ended;
      transport.send('server:draining', { reconnectInMs: 1 });
      sendList(['late']);
      stop();
      transport.cutOff();
      transport.disconnect();
      expect(heard).toEqual([]);
    });

    it('stays open over many pings, however they are sent', async () => {
      const { transport, sendList, socket, heard } = await connectTransport(
        { client, server: { pingInterval: 40, pingTimeout: 20_000 } },
        0,
      );
      let pongs = 0;
      socket.conn.on('heartbeat', () => pongs++);
      let sent = 0;
      await eventually(() => {
        if (transport.isReadyForList()) {
          sendList([`user-${sent}`], transport.isPingDue());
          sent++;
        }
        expect(pongs).toBeGreaterThan(5);
      });
      await eventually(() => expect(heard).toHaveLength(sent));
      expect(socket.connected).toBe(true);
    });

    it('reports the path that is taken', async () => {
      const { transport, socket } = await connectTransport({ client });
      await eventually(() => expect(socket.conn.transport.name).toBe(upgradesTo));
      await eventually(() => expect(transport.isWritable()).toBe(true));
      expect(transport.path).toBe(upgradesTo === 'websocket' ? implementation : 'plain');
    });
  });

  /** Stops the client from reading, and sends list messages until the kernel accepts nothing more. */
  async function connectStuck() {
    const connected = await connectTransport();
    const { transport, sendList, client } = connected;
    const names = Array.from({ length: 400 }, (_, i) => `${i}-`.padEnd(64, 'x'));
    await eventually(() => expect(transport.isWritable()).toBe(true));
    tcpSocketOf(client).pause();
    let sent = 0;
    let timesBlocked = 0;
    await eventually(() => {
      if (transport.isReadyForList()) {
        sendList(names);
        sent++;
        timesBlocked = 0;
      } else timesBlocked++;
      expect(timesBlocked).toBeGreaterThan(20);
    }, 20_000);
    return { ...connected, names, sent };
  }

  it('reports backpressure while the client does not read, and loses nothing', async () => {
    const { transport, client, heard, names, sent } = await connectStuck();
    expect(transport.isWritable()).toBe(false);
    tcpSocketOf(client).resume();
    await eventually(() => expect(heard).toHaveLength(sent));
    expect(new Set(heard.map((message) => JSON.stringify(message)))).toEqual(
      new Set([JSON.stringify(['nearby:changes', { upserts: [], removed: names }])]),
    );
    await eventually(() => expect(transport.isReadyForList()).toBe(true));
  });

  it('cuts a client off that does not read, without waiting for what is queued', async () => {
    const { transport, client, socket } = await connectStuck();
    for (let i = 0; i < 3; i++) transport.send('server:draining', { reconnectInMs: i });
    const ended = once(socket, 'disconnect');
    transport.cutOff();
    expect((await ended)[0]).toBe('forced close');
    tcpSocketOf(client).destroy();
  });

  it('ends a connection whose client sends no pong', async () => {
    const { transport, client, socket, sendList } = await connectTransport(
      { server: { pingInterval: 100, pingTimeout: 1_000 } },
      0,
    );
    const ended = once(socket, 'disconnect');
    const tcp = tcpSocketOf(client);
    tcp.pause();
    sendList(['unread'], transport.isPingDue());
    expect((await ended)[0]).toBe('ping timeout');
    tcp.destroy();
  });

  it('delivers to a client that compresses', async () => {
    const perMessageDeflate = { threshold: 0 };
    const { transport, sendList, heard, client } = await connectTransport({
      client: { perMessageDeflate } as object,
      server: { perMessageDeflate },
    });
    const receive = jest.fn();
    transport.receive(receive);
    await eventually(() => expect(transport.isReadyForList()).toBe(true));
    sendList(['ann']);
    client.emit('location:update', { lat: 1 });
    await eventually(() => expect(heard).toEqual([['nearby:changes', { upserts: [], removed: ['ann'] }]]));
    await eventually(() => expect(receive).toHaveBeenCalledWith('location:update', [{ lat: 1 }]));
    expect(transport.path).toBe('plain');
  });
});

function changes(writer: ListMessageWriter, names: readonly string[], hasPing: boolean): ListMessage {
  writer.beginChanges();
  return writer.endChanges(
    names.map((name) => parseUserId(name)),
    hasPing,
  );
}
