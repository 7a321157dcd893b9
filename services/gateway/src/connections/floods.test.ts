/** Whatever a client sends and however little it reads, it is cut off before it costs others, with and without a token. */
import { once } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '@nearby-friends/testing/eventually';
import type { Socket } from 'socket.io-client';
import { UNAUTHENTICATED_ALLOWANCE } from '../inbound/connection-budget.ts';
import { type SocketServerOfTest, tokenOf, useSocketServers } from '../test-support/socket-server-of-test.ts';

const LIMITS = { eventsPerSecond: 10, eventsBurst: 20 };
/** More than any budget allows. */
const FLOOD = 2_500;
/** Messages; some 100 bytes each. */
const MORE_THAN_BUFFERS_HOLD = 300_000;

describe.each([
  ['the fast path', true],
  ['public APIs only', false],
])('[A4] with %s', (_path, isFastPathExpected) => {
  let server: SocketServerOfTest;
  let witness: Socket;

  beforeEach(async () => {
    server = await start({ isFastPathExpected, eventLimits: LIMITS });
    witness = await server.connect({ token: await tokenOf({ userId: 'witness' }) });
  });
  afterEach(async () => {
    expect(await witness.emitWithAck('still', {})).toEqual({ ok: true });
    await eventually(() => expect(openConnections()).toBe(1));
  });
  const start = useSocketServers();

  const openConnections = () => server.server.countConnections().reduce((sum, { value }) => sum + value, 0);

  async function connectRaw(isAuthenticated: boolean) {
    const connection = server.raw();
    await once(connection.socket, 'message');
    if (!isAuthenticated) return connection;
    connection.say(`40{"token":"${await tokenOf()}"}`);
    await eventually(() => expect(connection.heard.some((packet) => packet.startsWith('40'))).toBe(true));
    return connection;
  }

  type Flooding = Awaited<ReturnType<typeof connectRaw>>;
  const floods: [what: string, send: (connection: Flooding, i: number) => void][] = [
    ['WebSocket pings', ({ socket }) => socket.ping('x'.repeat(125))],
    ['WebSocket pongs', ({ socket }) => socket.pong()],
    ['Engine.IO pongs', ({ say }) => say('3')],
    ['connects to namespaces that do not exist', ({ say }, i) => say(`40/n${i},{}`)],
    [
      'messages of two fragments',
      ({ socket }) => {
        socket.send('4', { fin: false });
        socket.send('3');
      },
    ],
  ];

  describe.each([
    ['before its token', false],
    ['with a token', true],
  ])('a client %s', (_when, isAuthenticated) => {
    it.each(floods)('that floods with %s is cut off for its packets', async (_what, send) => {
      const connection = await connectRaw(isAuthenticated);
      const closed = once(connection.socket, 'close');
      for (let i = 0; i < FLOOD; i++) send(connection, i);
      await closed;
      expect(server.cutOffs).toEqual(['packets']);
      // Before the token, no more is answered than may be sent.
      if (!isAuthenticated) expect(connection.heard.length).toBeLessThan(UNAUTHENTICATED_ALLOWANCE.packets.burst);
    });
  });

  it('a client with a token that sends large messages is cut off for its bytes', async () => {
    const { say, socket } = await connectRaw(true);
    const closed = once(socket, 'close');
    for (let i = 0; i < 300; i++) say(`42["x","${'y'.repeat(4_000)}"]`);
    await closed;
    expect(server.cutOffs).toEqual(['bytes']);
  });

  it('a client without a token that sends large tokens is cut off for its bytes', async () => {
    const { say, socket } = await connectRaw(false);
    const closed = once(socket, 'close');
    for (let i = 0; i < 6; i++) say(`40/n,{"token":"${'y'.repeat(3_500)}"}`);
    await closed;
    expect(server.cutOffs).toEqual(['bytes']);
  });

  describe('a client that polls', () => {
    const polling = () => `${server.url}/socket.io/?EIO=4&transport=polling`;
    const open = async (): Promise<string> => {
      const { sid } = JSON.parse((await (await fetch(polling())).text()).slice(1)) as { sid: string };
      return `${polling()}&sid=${sid}`;
    };
    const post = async (url: string, body: string) => (await fetch(url, { method: 'POST', body })).status;

    it('is cut off for the packets of its bodies', async () => {
      const url = await open();
      await post(url, Array.from({ length: 1_000 }, () => '3').join('\u001e')).catch(() => undefined);
      await eventually(() => expect(server.cutOffs).toEqual(['packets']));
      expect(await post(url, '3')).toBe(400);
    });

    it('is cut off for the number of its requests', async () => {
      const url = await open();
      const statuses: number[] = [];
      do statuses.push(await post(url, '6'));
      while (statuses.at(-1) === 200);
      // Cut off by the request itself, or by the packet that it carried, and then there is no such session any more.
      expect([429, 400]).toContain(statuses.at(-1));
      expect(server.cutOffs).toEqual(['packets']);
    });

    it('cannot get probes answered without end while it upgrades', async () => {
      const url = await open();
      const { WebSocket } = await import('ws');
      const probing = new WebSocket(url.replace(/^http/, 'ws').replace('polling', 'websocket'));
      await once(probing, 'open');
      let answers = 0;
      probing.on('message', () => answers++);
      const closed = once(probing, 'close');
      for (let i = 0; i < FLOOD; i++) probing.send('2probe');
      await closed;
      const { burst, perSecond } = UNAUTHENTICATED_ALLOWANCE.packets;
      // What it may send in a minute is more than any machine needs for this.
      expect(answers).toBeLessThan(burst + 60 * perSecond);
      expect(server.cutOffs).toEqual(['packets']);
    });
  });

  it('the answers that a client does not read are bounded, and it is cut off', async () => {
    const connection = server.raw();
    const { socket } = connection;
    await once(socket, 'message');
    connection.say(`40{"token":"${await tokenOf({ userId: 'ben' })}"}`);
    await eventually(() => expect(server.sessions.some(({ user }) => user === 'ben')).toBe(true));
    socket.pause();
    const session = server.sessions.find(({ user }) => user === 'ben');
    let sent = 0;
    // The buffers of both ends fill first, which takes thousands of messages; without a bound this would not end by itself.
    while (server.cutOffs.length === 0 && sent < MORE_THAN_BUFFERS_HOLD) {
      for (let i = 0; i < 500; i++) {
        session?.transport.send('friends:changed', { kind: 'removed', userId: session.user });
        sent++;
      }
      await setImmediate();
    }
    expect(server.cutOffs).toEqual(['unread']);
    await eventually(() => expect(server.ended).toContain(session));
    socket.terminate();
    expect(sent).toBeGreaterThan(1_000);
  });
});
