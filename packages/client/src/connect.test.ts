/** How the parts work together, against a real Socket.IO server that does what the test says, on a clock of the test. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ManualClock } from '@nearby-friends/service-kit';
import { eventually } from '@nearby-friends/testing';
import { Server, type Socket } from 'socket.io';
import { connect } from './connect.ts';
import type { NearbyConnection } from './nearby-connection.ts';
import type { NearbyError } from './nearby-error.ts';

const TTL_MS = 600_000;
const HERE = { lat: 1, lng: 2 };
const friend = { id: 'bob', lat: 1, lng: 2, distance: 3, at: 0, precision: 'exact' };

type Event = [name: string, payload: unknown];
/** Undefined: none. */
type Answer = (event: Event) => object | undefined;

let io: Server;
let url: string;
let clock: ManualClock;
let app: NearbyConnection;
const problems: NearbyError[] = [];
/** All that the server was told, over all connections. */
const told: Event[] = [];
const sockets: Socket[] = [];
let answer: Answer;

beforeEach(async () => {
  const http = createServer();
  io = new Server(http);
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  clock = new ManualClock();
  for (const list of [told, sockets, problems]) list.length = 0;
  answer = () => ({ ok: true, at: clock.now() });
  io.on('connection', (socket) => {
    sockets.push(socket);
    socket.onAny((name: string, payload: unknown, ack: (answer: object) => void) => {
      told.push([name, payload]);
      const given = answer([name, payload]);
      if (given) ack(given);
    });
  });
  app = connect({
    url,
    token: 'x',
    transports: ['websocket'],
    clock,
    random: () => 0,
    onProblem: (error) => problems.push(error),
  });
});
afterEach(async () => {
  app.close();
  await io.close();
});

const untilOnline = () => eventually(() => expect(app.status.value).toEqual({ kind: 'online' }));

/** The connection is lost, `ms` pass, and it is made again. */
async function loseFor(ms: number): Promise<void> {
  sockets.at(-1)?.conn.close();
  await eventually(() => expect(app.status.value.kind).toBe('reconnecting'));
  clock.advance(ms);
  await untilOnline();
}

describe('a position', () => {
  it('is told again after every reconnect', async () => {
    await app.updateLocation(HERE);
    await loseFor(1_000);
    await eventually(() => expect(told).toEqual(Array(2).fill(['location:update', HERE])));
  });

  it('is not told again when it is too old to count', async () => {
    await app.updateLocation(HERE);
    await loseFor(TTL_MS);
    await app.setRadius(500);
    expect(told).toEqual([
      ['location:update', HERE],
      ['radius:set', { meters: 500 }],
    ]);
  });

  it('is not told again when it was refused', async () => {
    answer = () => ({ ok: false, code: 'invalid_payload', message: 'No.', retryable: false });
    await expect(app.updateLocation(HERE)).rejects.toMatchObject({ code: 'invalid_payload' });
    await loseFor(1_000);
    answer = () => ({ ok: true });
    await app.setRadius(500);
    expect(told.map(([name]) => name)).toEqual(['location:update', 'radius:set']);
  });

  it('comes after the radius that was set before it, so that the first list is right', async () => {
    const done = [app.updateLocation(HERE), app.setRadius(500)];
    await Promise.all(done);
    expect(told.map(([name]) => name)).toEqual(['radius:set', 'location:update']);
  });

  it('that is taken without a time is an answer that the protocol does not know', async () => {
    answer = () => ({ ok: true });
    await expect(app.updateLocation(HERE)).rejects.toMatchObject({ code: 'bad_answer' });
  });
});

describe('the list', () => {
  it('ages by the server’s clock, which the answers tell: this device is an hour ahead', async () => {
    const serverAheadMs = -3_600_000;
    answer = () => ({ ok: true, at: clock.now() + serverAheadMs });
    await app.updateLocation(HERE);
    const at = clock.now() + serverAheadMs - TTL_MS + 1_000;
    sockets[0]?.emit('nearby:snapshot', { radiusMeters: 500, friends: [{ ...friend, at }] });
    await eventually(() => expect(app.nearby.value.map(({ id }) => id)).toEqual(['bob']));
    expect(app.radiusMeters.value).toBe(500);
    clock.advance(999);
    expect(app.nearby.value.length).toBe(1);
    clock.advance(1);
    expect(app.nearby.value).toEqual([]);
  });

  it('stays as it was while a message is not what the protocol says, and the app is told', async () => {
    await untilOnline();
    sockets[0]?.emit('nearby:changes', { upserts: [{ ...friend, at: 'now' }], removed: [] });
    await eventually(() => expect(problems.map(({ code }) => code)).toEqual(['bad_answer']));
    expect(app.nearby.value).toEqual([]);
    expect(app.status.value.kind).toBe('online');
  });
});

describe('closing', () => {
  it('ends everything, and leaves no timer', async () => {
    answer = () => undefined;
    await untilOnline();
    const waiting = expect(app.updateLocation(HERE)).rejects.toMatchObject({ code: 'closed', retryable: false });
    const gone = new Promise((resolve) => sockets[0]?.on('disconnect', resolve));
    app.close();
    await waiting;
    await gone;
    await expect(app.setRadius(500)).rejects.toMatchObject({ code: 'closed' });
    expect(app.status.value).toEqual({ kind: 'closed' });
    expect(clock.pending).toBe(0);
  });
});

describe('connecting', () => {
  it('to what is no address, or without any credentials, is refused at once', () => {
    expect(() => connect({ url: 'no address', token: 'x' })).toThrow('Invalid URL');
    expect(() => connect({ url })).toThrow(/token, getToken or both/);
  });
});
