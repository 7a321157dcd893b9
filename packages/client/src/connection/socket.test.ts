/** Tests the socket against a real Socket.IO server that refuses and sends malformed messages. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '@nearby-friends/testing/eventually';
import { Server, type Socket as ServerSocket } from 'socket.io';
import type { NearbyError } from '../nearby-error.ts';
import { openSocket, type Socket } from './socket.ts';

let http: ReturnType<typeof createServer>;
let io: Server;
let url: string;
const sockets: Socket[] = [];

beforeEach(async () => {
  http = createServer();
  io = new Server(http, { path: '/below/socket.io/' });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(http.address() as AddressInfo).port}/below`;
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.close();
  await io.close();
});

function open() {
  const heard: unknown[] = [];
  const ended: NearbyError[] = [];
  const malformed: NearbyError[] = [];
  const transports: string[] = [];
  const socket = openSocket({
    base: url,
    token: 'secret',
    device: 'phone',
    transports: ['websocket', 'polling'],
    headers: { 'x-test': 'yes' },
    events: {
      connected: () => heard.push('connected'),
      ended: (error) => ended.push(error),
      snapshot: (message) => heard.push(['snapshot', message]),
      changes: (message) => heard.push(['changes', message]),
      friendsChanged: (message) => heard.push(['friends', message]),
      deviceShared: (isThisDevice) => heard.push(['device', isThisDevice]),
      paceSet: (pace) => heard.push(['pace', pace]),
      sharingChanged: () => heard.push('sharing'),
      viewersChanged: () => heard.push('viewers'),
      serverClock: (now) => heard.push(['clock', now]),
      transport: (name) => transports.push(name),
      draining: (ms) => heard.push(['draining', ms]),
      malformed: (error) => malformed.push(error),
    },
  });
  sockets.push(socket);
  return { socket, heard, ended, malformed, transports };
}

/** Resolves with the server's end of the next connection. */
const accepted = () => new Promise<ServerSocket>((resolve) => io.once('connection', resolve));

describe('a connection', () => {
  it('sends token, version and distance mode in the handshake, never in the address', async () => {
    const arriving = accepted();
    const { heard } = open();
    const { handshake } = await arriving;
    expect(handshake.auth).toEqual({ token: 'secret', device: 'phone', protocolVersion: 1, distances: 'client' });
    expect(handshake.headers['x-test']).toBe('yes');
    expect(handshake.url).not.toContain('secret');
    await eventually(() => expect(heard).toEqual(['connected']));
  });

  it('emits valid messages and drops malformed ones', async () => {
    const arriving = accepted();
    const { heard, malformed } = open();
    const server = await arriving;
    const friend = { id: 'bob', lat: 1, lng: 2, distance: 3, at: 4, precision: 'exact', future: true };
    const good = [
      ['nearby:snapshot', { radiusMeters: 500, friends: [friend] }],
      ['nearby:changes', { upserts: [friend], removed: ['ann'] }],
      ['friends:changed', { kind: 'accepted', userId: 'ann' }],
      ['device:shared', { thisDevice: false }],
      ['sharing:changed', {}],
      ['viewers:changed', { later: 'versions may say more' }],
      ['server:clock', { now: 6 }],
      ['server:draining', { reconnectInMs: 5 }],
    ] as const;
    const bad = [
      ['nearby:snapshot', { radiusMeters: '500', friends: [] }],
      ['nearby:snapshot', { radiusMeters: 500, friends: [{ ...friend, distance: null }] }],
      ['nearby:snapshot', null],
      ['nearby:changes', { upserts: [], removed: [1] }],
      ['nearby:changes', { upserts: {} }],
      ['friends:changed', 'accepted'],
      ['device:shared', {}],
      ['server:draining', {}],
      ['server:clock', { now: 'noon' }],
      ['something:new', {}],
    ] as const;
    for (const [event, message] of [...bad, ...good]) server.emit(event, message);
    await eventually(() =>
      expect(heard).toEqual([
        'connected',
        ['snapshot', good[0][1]],
        ['changes', good[1][1]],
        ['friends', good[2][1]],
        ['device', false],
        'sharing',
        'viewers',
        ['clock', 6],
        ['draining', 5],
      ]),
    );
    // An unknown event is not an error.
    expect(malformed.map(({ code }) => code)).toEqual(Array(bad.length - 1).fill('bad_answer'));
  });
});

describe('the transport', () => {
  it('is a WebSocket, and long-polling where that cannot be opened', async () => {
    const { heard, transports } = open();
    await eventually(() => expect(heard).toEqual(['connected']));
    expect(transports).toEqual(['websocket']);
    io.engine.opts.transports = ['polling'];
    const other = open();
    await eventually(() => expect(other.heard).toEqual(['connected']));
    expect(other.transports).toEqual(['polling']);
  });
});

describe('the end of a connection', () => {
  it('is reported once with the server’s code when the handshake is refused', async () => {
    io.use((_socket, next) =>
      next(Object.assign(new Error('Full.'), { data: { code: 'overloaded', retryable: true } })),
    );
    const { heard, ended } = open();
    await eventually(() => expect(ended.length).toBe(1));
    expect(ended[0]).toMatchObject({ code: 'overloaded', retryable: true, message: 'Full.' });
    expect(heard).toEqual([]);
  });

  it('has code network when both transports fail', async () => {
    await io.close();
    const { ended } = open();
    await eventually(() => expect(ended.map(({ code }) => code)).toEqual(['network']));
  });

  it('has code network and the HTTP status when the load balancer or the origin check refuses it', async () => {
    io.engine.opts.allowRequest = (_request, decide) => decide('no', false);
    const { ended } = open();
    await eventually(() => expect(ended.length).toBe(1));
    expect(ended[0]).toMatchObject({ code: 'network', retryable: true, status: 403 });
  });

  it('is reported once when the connection is lost, and pending emits reject', async () => {
    const arriving = accepted();
    const { socket, ended } = open();
    const server = await arriving;
    const pending = socket.emit('location:update', {});
    const failed = expect(pending).rejects.toMatchObject({ code: 'network', retryable: true });
    server.on('location:update', () => server.conn.close());
    await failed;
    await eventually(() => expect(ended.map(({ code }) => code)).toEqual(['network']));
  });

  it('has the reason that the server has announced', async () => {
    const arriving = accepted();
    const { ended, malformed } = open();
    const server = await arriving;
    server.emit('connection:closing', { code: 7 });
    server.emit('connection:closing', { code: 'too_many_connections', message: 'One more.', retryable: false });
    server.disconnect(true);
    await eventually(() => expect(ended).toHaveLength(1));
    expect(ended[0]).toMatchObject({ code: 'too_many_connections', message: 'One more.', retryable: false });
    expect(malformed).toHaveLength(1);
  });

  it('is not reported when it is closed by the client', async () => {
    const arriving = accepted();
    const { socket, heard, ended } = open();
    const server = await arriving;
    await eventually(() => expect(heard).toEqual(['connected']));
    const gone = new Promise((resolve) => server.on('disconnect', resolve));
    const pending = expect(socket.emit('location:update', {})).rejects.toMatchObject({ code: 'network' });
    socket.close();
    await pending;
    await gone;
    expect(ended).toEqual([]);
  });
});

describe('an acknowledgement', () => {
  it.each<[unknown, object]>([
    [
      { ok: false, code: 'rate_limited', message: 'Too many.', retryable: true },
      { code: 'rate_limited', message: 'Too many.', retryable: true },
    ],
    [
      { ok: false, code: 'invalid_payload', retryable: false },
      { code: 'invalid_payload', retryable: false },
    ],
    [
      { ok: false, code: 'invalid_payload', retryable: false, errors: [{ path: 'lat', message: 'Too big' }, 'x', {}] },
      { code: 'invalid_payload', defects: [{ path: 'lat', message: 'Too big' }] },
    ],
    [
      { ok: false, code: 'too_modern', message: 'x', retryable: true },
      { code: 'bad_answer', retryable: false },
    ],
    ['nonsense', { code: 'bad_answer', retryable: false }],
  ])('%j is a typed error', async (response, error) => {
    const arriving = accepted();
    const { socket } = open();
    const server = await arriving;
    server.on('radius:set', (_payload, ack: (response: unknown) => void) => ack(response));
    await expect(socket.emit('radius:set', {})).rejects.toMatchObject({ name: 'NearbyError', ...error });
  });

  it('resolves with its fields when positive', async () => {
    const arriving = accepted();
    const { socket } = open();
    const server = await arriving;
    server.on('location:update', (payload, ack: (response: unknown) => void) => ack({ ok: true, at: payload.lat }));
    expect(await socket.emit('location:update', { lat: 7 })).toEqual({ ok: true, at: 7 });
  });
});
