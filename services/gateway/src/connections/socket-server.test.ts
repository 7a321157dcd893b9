import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { createLogger } from '@nearby-friends/service-kit';
import { eventually } from '@nearby-friends/testing/eventually';
import {
  next,
  SERVER_NOW,
  type TokenOptions,
  tokenOf,
  useSocketServers,
} from '../test-support/socket-server-of-test.ts';
import { MAX_MESSAGE_BYTES } from './socket-io-server.ts';

const start = useSocketServers();
const EMPTY_SNAPSHOT = { radiusMeters: 1, friends: [] };

describe('[A1] a connection', () => {
  it('with a good token becomes a session of its user, and ends with the connection', async () => {
    const server = await start();
    const client = await server.connect({ token: await tokenOf({ userId: 'ben' }) });
    expect(server.sessions.map(({ id, user }) => [id, user])).toEqual([[client.id, 'ben']]);
    client.disconnect();
    await eventually(() => expect(server.ended).toEqual(server.sessions));
  });

  it.each([true, false])(
    'is counted by transport and path, with a session or without; fast path: %p',
    async (isFast) => {
      const server = await start({ isFastPathExpected: isFast });
      const counts = () =>
        server.server.countConnections().map(({ labels, value }) => [...Object.values(labels), value]);
      await server.connect({ transports: ['websocket'] });
      const polling = await server.connect({ transports: ['polling'] });
      server.raw();
      const websockets = [
        ['websocket', 'fast', isFast ? 1 : 0],
        ['websocket', 'plain', isFast ? 1 : 2],
      ];
      await eventually(() => expect(counts()).toEqual([...websockets, ['polling', 'plain', 1]]));
      polling.disconnect();
      await eventually(() => expect(counts()).toEqual([...websockets, ['polling', 'plain', 0]]));
    },
  );

  it('takes the plain path where the parts of the fast one are not the tested ones, and the log says so', async () => {
    const lines: { msg: string; untested: unknown }[] = [];
    const destination = { write: (line: string) => void lines.push(JSON.parse(line)) };
    const logger = createLogger({ service: 'gateway', replicaName: 'g1', level: 'warn', destination });
    const server = await start({ untestedParts: ['ws 9.0.0, tested with 8.21.3'], logger });
    const client = await server.connect();
    expect(await client.emitWithAck('location:update', { lat: 1 })).toEqual({ ok: true });
    expect(server.sessions.map(({ transport }) => transport.path)).toEqual(['plain']);
    expect(lines).toEqual([
      expect.objectContaining({
        msg: 'fast path is off: its parts are not the tested ones',
        untested: ['ws 9.0.0, tested with 8.21.3'],
      }),
    ]);
  });

  it.each<[what: string, code: string, token: TokenOptions]>([
    ['signed with another secret', 'unauthorized', { secret: 'another secret of thirty-two chars' }],
    ['of another algorithm', 'unauthorized', { algorithm: 'HS512' }],
    ['for another audience', 'unauthorized', { audience: 'another' }],
    ['of another issuer', 'unauthorized', { issuer: 'another' }],
    ['of no user id', 'unauthorized', { userId: 'not an id' }],
    ['that has expired', 'token_expired', { expires: '1 minute ago' }],
  ])('with a token %s is refused: %s', async (_, code, options) => {
    const server = await start();
    const token = await tokenOf(options);
    await expect(server.connect({ token })).rejects.toMatchObject({
      data: { code, retryable: code === 'token_expired' },
    });
    expect(server.sessions).toEqual([]);
    expect(await server.metrics.metric('nearby_connections_refused_total')).toBe(1);
  });

  it.each<[what: string, code: string, auth: object]>([
    ['without a token', 'unauthorized', {}],
    ['with something else for a token', 'unauthorized', { token: { token: 'x' } }],
    ['with a token in the query string only', 'unauthorized', { query: 'token=x' }],
    ['of another version', 'protocol_version', { token: 'x', protocolVersion: 99 }],
  ])('%s is refused: %s', async (_, code, auth) => {
    const server = await start();
    const [error] = await next(server.client(auth), 'connect_error');
    expect(error).toMatchObject({ data: { code, retryable: false } });
    expect(server.sessions).toEqual([]);
  });

  it('of another origin is refused before anything is sent', async () => {
    const server = await start();
    const token = await tokenOf();
    const from = (origin: string) =>
      next(server.client({ token }, { extraHeaders: { origin } }), 'connect').then(() => 'connected');
    expect(await from(server.url)).toBe('connected');
    for (const origin of ['https://evil.example', 'null']) {
      const [error] = await next(server.client({ token }, { extraHeaders: { origin } }), 'connect_error');
      expect(error).toMatchObject({ message: 'websocket error' });
    }
    const polled = await fetch(`${server.url}/socket.io/?EIO=4&transport=polling`, { headers: { origin: 'null' } });
    expect(polled.status).toBe(403);
    expect(server.sessions).toHaveLength(1);
    // Each attempt, so that an operator sees why the page runs on long-polling.
    expect(await server.metrics.metric('nearby_connections_refused_total')).toBe(3);
  });

  it.each(['websocket', 'polling'] as const)(
    'of the public address or an allowed app may connect over %s although a proxy changes the host',
    async (transport) => {
      const server = await start({ allowedOrigins: ['https://example.org', 'https://app.example'] });
      const token = await tokenOf();
      for (const origin of ['https://example.org', 'https://app.example']) {
        const extraHeaders = { origin, host: 'internal:8080' };
        const client = server.client({ token }, { transports: [transport], extraHeaders });
        await next(client, 'connect');
        expect(await client.emitWithAck('location:update', { lat: 1 })).toEqual({ ok: true });
      }
      expect(server.sessions).toHaveLength(2);
    },
  );

  it('of an allowed app may read polling responses, without cookies, and a response says that it depends on the origin', async () => {
    const server = await start({ allowedOrigins: ['https://app.example'] });
    const polling = `${server.url}/socket.io/?EIO=4&transport=polling`;
    const headersFor = async (origin: string, method: string) => {
      const { headers } = await fetch(polling, {
        method,
        headers: { origin, 'access-control-request-method': 'POST' },
      });
      const names = ['access-control-allow-origin', 'access-control-allow-credentials', 'vary'];
      return names.map((name) => headers.get(name)?.split(',')[0] ?? null);
    };
    for (const method of ['GET', 'OPTIONS']) {
      expect(await headersFor('https://app.example', method)).toEqual(['https://app.example', null, 'Origin']);
      expect(await headersFor('https://evil.example', method)).toEqual([null, null, 'Origin']);
    }
  });
});

describe('[A3] a connection that shows no valid token', () => {
  it('is closed, whether it sends nothing or was refused', async () => {
    const server = await start({ unauthenticatedLifetimeMs: 1_000 });
    const idle = server.raw();
    const refused = server.raw();
    await once(refused.socket, 'message');
    refused.say('40{"token":"bad"}');
    await Promise.all([once(idle.socket, 'close'), once(refused.socket, 'close')]);
    expect(refused.heard.some((packet) => packet.startsWith('44') && packet.includes('unauthorized'))).toBe(true);
  });

  it('is closed when it polls, too', async () => {
    const server = await start({ unauthenticatedLifetimeMs: 100 });
    const polling = `${server.url}/socket.io/?EIO=4&transport=polling`;
    const sid = JSON.parse((await (await fetch(polling)).text()).slice(1)).sid as string;
    await eventually(async () => expect((await fetch(`${polling}&sid=${sid}`)).status).toBe(400));
  });

  it('does not outlive its session by leaving the namespace', async () => {
    const server = await start({ unauthenticatedLifetimeMs: 1_000 });
    const { say, socket } = server.raw();
    await once(socket, 'message');
    say(`40{"token":"${await tokenOf()}"}`);
    await eventually(() => expect(server.sessions).toHaveLength(1));
    const closed = once(socket, 'close');
    say('41');
    await closed;
    expect(server.ended).toEqual(server.sessions);
  });

  it('and one with a valid token live side by side: the one stays', async () => {
    const server = await start({ unauthenticatedLifetimeMs: 1_000 });
    const client = await server.connect();
    await once(server.raw().socket, 'close');
    expect(await client.emitWithAck('still', {})).toEqual({ ok: true });
  });
});

describe('a message', () => {
  it.each(['websocket', 'polling'] as const)('goes both ways over %s alone', async (transport) => {
    const server = await start();
    const client = await server.connect({ transports: [transport] });
    expect(await client.emitWithAck('location:update', { lat: 1 })).toEqual({ ok: true });
    expect(server.received.map(({ event, args }) => [event, args[0]])).toEqual([['location:update', { lat: 1 }]]);
    const snapshot = next(client, 'nearby:snapshot');
    await eventually(() => expect(server.sessions[0]?.transport.isWritable()).toBe(true));
    server.sessions[0]?.transport.send('nearby:snapshot', EMPTY_SNAPSHOT);
    expect(await snapshot).toEqual([EMPTY_SNAPSHOT]);
  });

  it('[L1] of 4 KB is taken, a larger one closes that connection alone', async () => {
    const server = await start();
    const witness = await server.connect();
    const client = await server.connect();
    const overhead = '4210["x",""]'.length - 1;
    const largest = 'a'.repeat(MAX_MESSAGE_BYTES - overhead - 1);
    expect(await client.emitWithAck('x', largest)).toEqual({ ok: true });
    const closed = next(client, 'disconnect');
    client.emit('x', 'a'.repeat(MAX_MESSAGE_BYTES));
    await closed;
    expect(server.received).toHaveLength(1);
    expect(await witness.emitWithAck('still', {})).toEqual({ ok: true });
  });

  it('[W1] for the devices of a user reaches all of them, and no other user', async () => {
    const server = await start();
    const devices = [await server.connect(), await server.connect()];
    const other = await server.connect({ token: await tokenOf({ userId: 'ben' }) });
    const heardByOther: unknown[] = [];
    other.on('friends:changed', (message) => heardByOther.push(message));
    const heard = devices.map((device) => next(device, 'friends:changed'));
    const [session] = server.sessions;
    if (!session) throw new Error('no session');
    const message = { kind: 'requested', userId: session.user } as const;
    server.server.notifyDevices({ user: session.user, friendsChanged: message });
    expect(await Promise.all(heard)).toEqual([[message], [message]]);
    for (const changed of ['sharing', 'viewers'] as const) {
      other.on(`${changed}:changed`, (empty) => heardByOther.push(empty));
      const heardThat = devices.map((device) => next(device, `${changed}:changed`));
      server.server.notifyDevices({ user: session.user, changed });
      expect(await Promise.all(heardThat)).toEqual([[{}], [{}]]);
    }
    expect(await other.emitWithAck('still', {})).toEqual({ ok: true });
    expect(heardByOther).toEqual([]);
  });

  it.each(['websocket', 'polling'] as const)('begins with the server’s clock (%s)', async (transport) => {
    const server = await start();
    const client = server.client({ token: await tokenOf() }, { transports: [transport] });
    expect(await next(client, 'server:clock')).toEqual([{ now: SERVER_NOW }]);
  });
});

describe('[W3] a server that stops', () => {
  it('closes connections so that clients reconnect, and does not wait for half a request', async () => {
    const server = await start();
    const client = await server.connect();
    const half = connectTcp(server.server.port, '127.0.0.1');
    half.on('error', () => undefined);
    half.write('POST /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf');
    await once(half, 'ready');
    const disconnected = next(client, 'disconnect');
    await server.server.stop();
    const [reason] = await disconnected;
    expect(['transport close', 'transport error']).toContain(reason);
    half.destroy();
  });

  it('refuses new clients while it drains, and keeps serving its sessions', async () => {
    const server = await start();
    const client = await server.connect();
    server.server.drain();
    const polling = await fetch(`${server.url}/socket.io/?EIO=4&transport=polling`);
    expect([polling.status, polling.headers.get('retry-after')]).toEqual([503, '1']);
    await expect(server.connect()).rejects.toThrow();
    expect(await client.emitWithAck('still', {})).toEqual({ ok: true });
  });
});

describe('[A4] many connections', () => {
  it.each([['websocket'], ['polling']] as const)(
    'of one user over %s close the most idle one, which is told and stays away, and refuse no other user',
    async (transport) => {
      const server = await start({ maxPerUser: 2 });
      const token = await tokenOf();
      const idle = server.client({ token }, { transports: [transport], reconnection: true });
      const told = next(idle, 'connection:closing');
      const left = next(idle, 'disconnect');
      await next(idle, 'connect');
      const [second, third] = [await server.connect({ token }), await server.connect({ token })];
      expect((await told)[0]).toMatchObject({ code: 'too_many_connections', retryable: false });
      expect((await left)[0]).toBe('io server disconnect');
      expect(idle.active).toBe(false);
      const other = await server.connect({ token: await tokenOf({ userId: 'ben' }) });
      for (const client of [second, third, other]) expect(await client.emitWithAck('still', {})).toEqual({ ok: true });
    },
  );

  it('of one address are refused beyond its limit, as the load balancer names it, and those of others are not', async () => {
    const server = await start({ maxPerAddress: 1 });
    const from = async (address: string) => {
      const extraHeaders = { 'X-Forwarded-For': address };
      const client = server.client({ token: await tokenOf() }, { extraHeaders });
      return new Promise((resolve) => {
        client.once('connect', () => resolve('connected')).once('connect_error', (error) => resolve(error));
      });
    };
    expect(await from('203.0.113.9')).toBe('connected');
    expect(await from('203.0.113.9')).toMatchObject({ data: { code: 'overloaded', retryable: true } });
    expect(await from('203.0.113.10')).toBe('connected');
  });
});
