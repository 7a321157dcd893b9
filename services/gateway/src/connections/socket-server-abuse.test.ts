import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { eventually } from '@nearby-friends/testing/eventually';
import type { Socket } from 'socket.io-client';
import { type SocketServerOfTest, tokenOf, useSocketServers } from '../test-support/socket-server-of-test.ts';
import { CLOSING_GRACE_MS } from './socket-io-server.ts';

let server: SocketServerOfTest;
let witness: Socket;

beforeEach(async () => {
  server = await start();
  witness = await server.connect({ token: await tokenOf({ userId: 'witness' }) });
});
/** Whatever was sent, other clients are served, and only clients with a token have a session. */
afterEach(async () => {
  expect(await witness.emitWithAck('still', {})).toEqual({ ok: true });
});

// After the hooks above, so that the witness is checked before its server stops.
const start = useSocketServers();

/** A connection of Ann's, past the handshake. */
async function connectRaw() {
  const connection = server.raw();
  await once(connection.socket, 'message');
  connection.say(`40{"token":"${await tokenOf()}"}`);
  await eventually(() => expect(connection.heard.some((packet) => packet.startsWith('40'))).toBe(true));
  return connection;
}

it.each([
  ['a Socket.IO packet of no known type', '49'],
  ['JSON cut short', '42["location:update",{"lat":1'],
  ['no list', '42{"lat":1}'],
  ['an empty list', '42[]'],
  ['an object for a name', '42[{"a":1}]'],
  ['a reserved name', '42["disconnect"]'],
  ['a reserved name', '42["connect_error",{}]'],
  ['a namespace that does not exist', '42/admin,["x"]'],
  ['an attachment that is never sent, and something else', '451-["x",{"_placeholder":true,"num":0}]42["x"]'],
  ['a thousand attachments', '451000-["x",{"_placeholder":true,"num":0}]'],
  ['a binary packet without attachments', '45["x"]'],
  ['an attachment of a negative number', '45-1-["x"]'],
  ['an ack number beyond counting', '4299999999999999999999999["x"]'],
  ['nothing at all', ''],
  ['an Engine.IO packet of no known type', 'zzz'],
  ['a second handshake', '40{"token":"bad"}'],
  ['a deep payload', `42["x",${'['.repeat(1_500)}${']'.repeat(1_500)}]`],
])('survives %s', async (_, packet) => {
  const { say, socket } = await connectRaw();
  say(packet);
  // Either the connection is closed, or it still works.
  say('42["after",{}]');
  await eventually(() => {
    const isReceived = server.received.some(({ event }) => event === 'after');
    expect(isReceived || socket.readyState === socket.CLOSED).toBe(true);
  });
});

it('survives attachments that were not announced, and passes announced ones as binary', async () => {
  const { say, socket } = await connectRaw();
  const announced = await server.connect();
  expect(await announced.emitWithAck('location:update', { lat: Buffer.from('here') })).toEqual({ ok: true });
  expect(server.received.at(-1)?.args[0]).toEqual({ lat: Buffer.from('here') });
  const closed = once(socket, 'close');
  say(Buffer.from('out of nowhere'));
  await closed;
});

it('passes event names that are not strings as they are, and every event once', async () => {
  const { say } = await connectRaw();
  say('42[7,{}]');
  say('42["__proto__",{"lat":1}]');
  await eventually(() => expect(server.received.map(({ event }) => event)).toEqual([7, '__proto__']));
});

it('allows one session per connection', async () => {
  const { say, socket } = server.raw();
  await once(socket, 'message');
  const handshake = `40{"token":"${await tokenOf()}"}`;
  const closed = once(socket, 'close');
  // In one turn, so that they arrive before the first token has been verified.
  for (let i = 0; i < 20; i++) say(handshake);
  await closed;
  await eventually(() => expect(server.ended).toHaveLength(server.sessions.length - 1));
  expect(server.sessions.length).toBeLessThanOrEqual(2);
});

it('refuses bodies of polling that are too large, of no session, or no packets', async () => {
  const polling = `${server.url}/socket.io/?EIO=4&transport=polling`;
  const sid = JSON.parse((await (await fetch(polling)).text()).slice(1)).sid as string;
  const post = async (url: string, body: string) => (await fetch(url, { method: 'POST', body })).status;
  expect(await post(`${polling}&sid=${sid}`, 'x'.repeat(5_000))).toBe(413);
  expect(await post(`${polling}&sid=unknown`, '40')).toBe(400);
  expect(await post(polling, '40')).toBe(400);
  // The client polls meanwhile, as clients do: that is how the server says that it closes.
  const polled = fetch(`${polling}&sid=${sid}`);
  expect(await post(`${polling}&sid=${sid}`, '\u001e\u001e\u001e')).toBe(200);
  await polled;
  await eventually(async () => expect((await fetch(`${polling}&sid=${sid}`)).status).toBe(400));
});

it.each([
  'GET // HTTP/1.1\r\nHost: x\r\n\r\n',
  'GET /socket.io/?EIO=4&transport=nonsense HTTP/1.1\r\nHost: x\r\n\r\n',
  'GET /socket.io/?EIO=3&transport=polling HTTP/1.1\r\nHost: x\r\n\r\n',
  'GET http://[/socket.io/ HTTP/1.1\r\nHost: x\r\n\r\n',
  'GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n',
  'GET // HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n',
  'nonsense\r\n\r\n',
])('survives the request %p, draining or not', async (request) => {
  const sendRequest = async () => {
    const tcp = connectTcp(server.server.port, '127.0.0.1');
    tcp.on('error', () => undefined);
    tcp.write(request);
    const response = await new Promise<string>((resolve) => {
      tcp.once('data', (data) => resolve(String(data))).once('close', () => resolve(''));
    });
    tcp.destroy();
    return response.split('\r\n')[0];
  };
  const status = await sendRequest();
  expect(status).toMatch(/^(HTTP\/1.1 4\d\d .*|)$/);
  server.server.drain();
  expect(await sendRequest()).toMatch(/^(HTTP\/1.1 (4\d\d|503) .*|)$/);
});

it('[O5] responds to a malformed request with a problem', async () => {
  const tcp = connectTcp(server.server.port, '127.0.0.1');
  tcp.write('FOO /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: x\r\n\r\n');
  let response = '';
  tcp.on('data', (data) => {
    response += String(data);
  });
  await once(tcp, 'close');
  expect(response).toMatch(/^HTTP\/1\.1 400 [\s\S]*\r\n\r\n\{.*"code":"invalid_payload".*\}\n$/);
});

/** A client that has stopped reading, and for which the kernel accepts nothing more. */
async function connectStuck() {
  const { socket } = await connectRaw();
  const session = server.sessions.at(-1);
  if (!session) throw new Error('no session');
  const { transport } = session;
  await eventually(() => expect(transport.isWritable()).toBe(true));
  socket.pause();
  const friends = Array.from({ length: 400 }, (_, i) => ({
    id: session.user,
    lat: i,
    lng: i,
    distance: i,
    at: i,
    precision: 'exact' as const,
  }));
  let sent = 0;
  let timesNotWritable = 0;
  // Until the kernel accepts nothing more, however often one checks.
  await eventually(() => {
    if (transport.isWritable()) {
      transport.send('nearby:snapshot', { radiusMeters: 1, friends });
      sent++;
      timesNotWritable = 0;
    } else timesNotWritable++;
    expect(timesNotWritable).toBeGreaterThan(20);
  }, 20_000);
  expect(sent).toBeGreaterThan(1);
  return { socket, transport, sent };
}

it('[N3] reports backpressure and its end, so that nothing queues up', async () => {
  const { sent, socket, transport } = await connectStuck();
  let heard = 0;
  socket.on('message', () => heard++);
  socket.resume();
  await eventually(() => expect(heard).toBe(sent));
  await eventually(() => expect(transport.isWritable()).toBe(true));
});

it('[N3] cuts a client off without waiting for what it does not read', async () => {
  const { socket, transport } = await connectStuck();
  transport.send('server:draining', { reconnectInMs: 1 });
  transport.cutOff();
  // A close frame would wait until the ping timeout, long after this test times out.
  await eventually(() => {
    const counts = server.server.countConnections();
    expect(counts.reduce((sum, { value }) => sum + value, 0)).toBe(1);
  });
  expect(server.ended).toHaveLength(1);
  socket.terminate();
});

it('[A3] a client that ignores the closing of its WebSocket is cut off 2 s later', async () => {
  const strict = await start({ unauthenticatedLifetimeMs: 100 });
  const tcp = connectTcp(strict.server.port, '127.0.0.1');
  tcp.write(
    'GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n',
  );
  const connectedAt = performance.now();
  // It reads everything, the close frame too, and returns nothing.
  tcp.resume();
  tcp.on('error', () => undefined);
  await once(tcp, 'close');
  expect(performance.now() - connectedAt).toBeGreaterThan(CLOSING_GRACE_MS);
  expect(performance.now() - connectedAt).toBeLessThan(CLOSING_GRACE_MS + 3_000);
});
