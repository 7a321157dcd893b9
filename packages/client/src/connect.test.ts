/** Tests a whole connection against a scripted server and a manual clock. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '@nearby-friends/testing/eventually';
import { createApi } from './api/create-api.ts';
import { connect } from './connect.ts';
import { type ScriptedServer, useScriptedServer } from './scripted-server.testing.ts';
import { signInForDevelopment } from './sign-in-for-development.ts';

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

describe('[L7] one device of the user shares', () => {
  it('and each is told which: by acknowledgements, and when another one takes over', async () => {
    const seen: (boolean | undefined)[] = [];
    server.app.isSharing.subscribe((isSharing) => seen.push(isSharing));
    expect(server.app.isSharing.value).toBeUndefined();
    // A server of an earlier version lets every device share.
    expect(await server.app.updateLocation(HERE)).toMatchObject({ shared: true });
    server.socket.emit('device:shared', { thisDevice: false });
    await eventually(() => expect(seen).toEqual([true, false]));
    server.respond = ([name]) => (name === 'device:share' ? { ok: true } : { ok: true, at: 1, shared: false });
    expect(await server.app.updateLocation(HERE)).toMatchObject({ shared: false });
    await server.app.shareFromThisDevice();
    expect(seen).toEqual([true, false, true]);
    expect(server.received.at(-1)).toEqual(['device:share', {}]);
  });

  it('and a takeover that fails is an error, and changes nothing', async () => {
    server.respond = () => ({ ok: false, code: 'unavailable', message: 'No.', retryable: true });
    await server.untilOnline();
    await expect(server.app.shareFromThisDevice()).rejects.toMatchObject({ code: 'unavailable' });
    expect(server.app.isSharing.value).toBeUndefined();
  });

  it('and none says so while it is not connected: another one may take over meanwhile', async () => {
    const seen: (boolean | undefined)[] = [];
    server.app.isSharing.subscribe((isSharing) => seen.push(isSharing));
    await server.app.updateLocation(HERE);
    await server.loseFor(1_000);
    await eventually(() => expect(seen).toEqual([true, undefined, true]));
    server.app.close();
    expect(seen.at(-1)).toBeUndefined();
  });

  it('and has one name on all of its connections', async () => {
    await server.untilOnline();
    const name = server.socket.handshake.auth['device'];
    expect(name).toMatch(/^[A-Za-z0-9_-]{1,64}$/);
    await server.loseFor(1_000);
    expect(server.socket.handshake.auth['device']).toBe(name);
    const { app } = server.another({ device: 'phone' });
    await eventually(() => expect(server.socket.handshake.auth['device']).toBe('phone'));
    app.close();
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

describe('the server’s clock', () => {
  it.each([300_000, -7_200_000])(
    'is known from the connection on, when this device is %d ms ahead',
    async (aheadMs) => {
      const serverNow = () => server.clock.now() - aheadMs;
      await server.untilOnline();
      server.socket.emit('server:clock', { now: serverNow() });
      await eventually(() => expect(server.app.serverNow()).toBe(serverNow()));
      server.clock.advance(60_000);
      expect(server.app.serverNow()).toBe(serverNow());
    },
  );
});

describe('the time of a position', () => {
  const sent = () => server.received.filter(([name]) => name === 'location:update').map(([, payload]) => payload);

  it('is sent when it was taken a while ago, by the server’s clock', async () => {
    const aheadMs = 300_000;
    server.respond = () => ({ ok: true, at: server.clock.now() - aheadMs });
    await server.app.updateLocation(HERE);
    await server.app.updateLocation({ ...HERE, at: server.clock.now() - 45_000 });
    await server.app.updateLocation({ ...HERE, at: server.clock.now() - 1_000 });
    const serverNow = server.clock.now() - aheadMs;
    expect(sent()).toEqual([HERE, { ...HERE, at: serverNow - 45_000 }, HERE]);
  });

  it('says the same when it waited for a connection, also the second time', async () => {
    await server.untilOnline();
    server.socket.emit('server:clock', { now: server.clock.now() });
    server.socket.conn.close();
    await eventually(() => expect(server.app.status.value.kind).toBe('reconnecting'));
    const taken = server.clock.now();
    const accepted = server.app.updateLocation(HERE);
    server.clock.advance(20_000);
    await accepted;
    await server.loseFor(30_000);
    await eventually(() => expect(sent()).toEqual(Array(2).fill({ ...HERE, at: taken })));
  });

  it('is not taken for a measure of the server’s clock', async () => {
    server.respond = ([, payload]) => ({ ok: true, at: (payload as { at?: number }).at ?? server.clock.now() });
    await server.app.updateLocation({ ...HERE, at: server.clock.now() - 60_000 });
    expect(server.app.serverNow()).toBe(server.clock.now());
  });

  it('has a longitude that wraps round the world', async () => {
    for (const lng of [180.028, -180, 540, 180]) await server.app.updateLocation({ lat: 0, lng });
    const lngs = sent().map((position) => (position as { lng: number }).lng);
    expect(lngs[0]).toBeCloseTo(-179.972, 9);
    expect(lngs.slice(1)).toEqual([-180, -180, 180]);
  });
});

describe('a device that no longer confirms its position', () => {
  const fix = { coords: { latitude: 1, longitude: 2, accuracy: 5, heading: null, speed: null } };

  it.each([
    ['denied', 1, 0],
    ['stopped', 0, 0],
    ['unavailable', 2, 1],
  ] as const)(
    '(%s) is not reported again after a reconnect, unless it was only away for a moment',
    async (_, code, times) => {
      let device: { fix(): void; fail(code: number): void } | undefined;
      await server.untilOnline();
      const { app, clock } = server.another({
        geolocation: {
          watchPosition(onFix, onFailure) {
            device = { fix: () => onFix(fix), fail: (failure) => onFailure({ code: failure, message: 'no' }) };
            return 1;
          },
          clearWatch: () => undefined,
        },
      });
      const watch = app.watchPosition();
      device?.fix();
      await eventually(() => expect(server.received.length).toBe(1));
      server.received.length = 0;
      if (code === 0) watch.stop();
      else device?.fail(code);
      server.socket.conn.close();
      await eventually(() => expect(app.status.value.kind).toBe('reconnecting'));
      clock.advance(1_000);
      await app.setRadius(500);
      expect(server.received.filter(([name]) => name === 'location:update')).toHaveLength(times);
      app.close();
    },
  );
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
  it.each(['https://example.org/nearby', 'https://Example.org:443/nearby/', ' https://example.org/nearby// '])(
    'calls the API below the path of "%s"',
    async (url) => {
      const called: string[] = [];
      const fetch = async (address: string) => {
        called.push(address);
        return { ok: true, status: 200, headers: new Headers(), text: async () => '{"token":"x"}' };
      };
      await createApi({ url, token: 'x', fetch }).me.get();
      await signInForDevelopment({ url, userId: 'ann', fetch });
      expect(called).toEqual(['me', 'dev/tokens'].map((path) => `https://example.org/nearby/api/v1/${path}`));
    },
  );

  it('throws for an invalid url and for missing credentials', async () => {
    for (const url of ['invalid', 'localhost:8080', 'ftp://example.org', '/here']) {
      const message = 'url must begin with http:// or https://';
      expect(() => connect({ url, token: 'x' })).toThrow(new RegExp(message));
      expect(() => createApi({ url, token: 'x' })).toThrow(new RegExp(message));
    }
    for (const url of ['https://example.org/?x=1', 'https://example.org/nearby#x', 'https://ann:secret@example.org']) {
      expect(() => createApi({ url, token: 'x' })).toThrow(/url must have no user, query or fragment/);
    }
    expect(() => connect({ url: server.url })).toThrow(/token, getToken or both/);
    const wrong = { code: 'invalid_option', retryable: false, defects: [{ path: 'url' }] };
    expect(() => connect({ url: 'here', token: 'x' })).toThrow(expect.objectContaining({ name: 'NearbyError' }));
    await expect((async () => createApi({ url: 'here', token: 'x' }))()).rejects.toMatchObject(wrong);
  });
});
