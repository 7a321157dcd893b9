/** Tests a whole connection against a scripted server and a manual clock. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '@nearby-friends/testing/eventually';
import { connect } from './connect.ts';
import { type ScriptedServer, useScriptedServer } from './scripted-server.testing.ts';

const TTL_MS = 600_000;
const HERE = { lat: 1, lng: 2 };
const friend = { id: 'bob', lat: 1, lng: 2, distance: 3, at: 0, precision: 'exact' as const };

const opened = useScriptedServer();
let server: ScriptedServer;
beforeEach(() => {
  server = opened();
});

describe('a position', () => {
  it('is sent again after every reconnect', async () => {
    await server.app.updateLocation(HERE);
    await server.loseFor(1_000);
    await eventually(() => expect(server.received).toEqual(Array(2).fill(['location:update', HERE])));
  });

  it('is not sent again when it has expired', async () => {
    await server.app.updateLocation(HERE);
    await server.loseFor(TTL_MS);
    await server.app.setRadius(500);
    expect(server.received).toEqual([
      ['location:update', HERE],
      ['radius:set', { meters: 500 }],
    ]);
  });

  it('is not sent again when it was refused', async () => {
    server.respond = () => ({ ok: false, code: 'invalid_payload', message: 'No.', retryable: false });
    await expect(server.app.updateLocation(HERE)).rejects.toMatchObject({ code: 'invalid_payload' });
    await server.loseFor(1_000);
    server.respond = () => ({ ok: true });
    await server.app.setRadius(500);
    expect(server.received.map(([name]) => name)).toEqual(['location:update', 'radius:set']);
  });

  it('is sent after a pending radius, so that the first list is right', async () => {
    const done = [server.app.updateLocation(HERE), server.app.setRadius(500)];
    await Promise.all(done);
    expect(server.received.map(([name]) => name)).toEqual(['radius:set', 'location:update']);
  });

  it('accepted without a time rejects with bad_answer', async () => {
    server.respond = () => ({ ok: true });
    await expect(server.app.updateLocation(HERE)).rejects.toMatchObject({ code: 'bad_answer' });
  });
});

describe('the list', () => {
  it('expires friends by the server’s clock when this device is an hour ahead', async () => {
    const serverAheadMs = -3_600_000;
    server.respond = () => ({ ok: true, at: server.clock.now() + serverAheadMs });
    await server.app.updateLocation(HERE);
    const at = server.clock.now() + serverAheadMs - TTL_MS + 1_000;
    server.send('nearby:snapshot', { radiusMeters: 500, friends: [{ ...friend, at }] });
    await eventually(() => expect(server.app.nearby.value.map(({ id }) => id)).toEqual(['bob']));
    expect(server.app.radiusMeters.value).toBe(500);
    server.clock.advance(999);
    expect(server.app.nearby.value.length).toBe(1);
    server.clock.advance(1);
    expect(server.app.nearby.value).toEqual([]);
  });

  it('ignores a message that does not match the protocol and reports it', async () => {
    await server.untilOnline();
    server.socket.emit('nearby:changes', { upserts: [{ ...friend, at: 'now' }], removed: [] });
    await eventually(() => expect(server.problems.map(({ code }) => code)).toEqual(['bad_answer']));
    expect(server.app.nearby.value).toEqual([]);
    expect(server.app.status.value.kind).toBe('online');
  });
});

describe('closing', () => {
  it('rejects pending calls and leaves no timer', async () => {
    server.respond = () => undefined;
    await server.untilOnline();
    const waiting = expect(server.app.updateLocation(HERE)).rejects.toMatchObject({ code: 'closed', retryable: false });
    const gone = new Promise((resolve) => server.socket.on('disconnect', resolve));
    server.app.close();
    await waiting;
    await gone;
    await expect(server.app.setRadius(500)).rejects.toMatchObject({ code: 'closed' });
    expect(server.app.status.value).toEqual({ kind: 'closed' });
    expect(server.clock.pending).toBe(0);
  });
});

describe('connecting', () => {
  it('throws for an invalid url and for missing credentials', () => {
    expect(() => connect({ url: 'invalid', token: 'x' })).toThrow('Invalid URL');
    expect(() => connect({ url: server.url })).toThrow(/token, getToken or both/);
  });
});
