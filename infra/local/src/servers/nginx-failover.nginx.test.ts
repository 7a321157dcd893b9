/** Clients are not affected by replicas that die, drain, are added or removed. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { send, upgrade } from '../test-support/http-client.ts';
import { startUpstream, type TestUpstream, type UpstreamResponse } from '../test-support/upstream.ts';
import { type Nginx, startNginx } from './nginx.ts';

const HANDSHAKE = '/socket.io/?EIO=4&transport=polling';
const CLIENTS = Array.from({ length: 12 }, (_, index) => ({ 'x-forwarded-for': `10.${index}.7.1` }));

let one: TestUpstream;
let two: TestUpstream;
let nginx: Nginx;
/** Started by single tests; closed even when they fail. */
let others: TestUpstream[];

beforeEach(async () => {
  others = [];
  one = await startUpstream('one');
  two = await startUpstream('two');
  nginx = await startNginx({ gateways: [one, two], friendGraphs: [one, two], trustedProxies: ['127.0.0.1/32'] });
}, 120_000);

afterEach(async () => {
  await nginx.stop(0);
  await Promise.all([one, two, ...others].map((upstream) => upstream.close()));
});

async function replicasOf(target: string): Promise<Set<string>> {
  const replicas = new Set<string>();
  for (const headers of CLIENTS) {
    const { status, body } = await send(nginx.url, target, { headers });
    expect(status).toBe(200);
    replicas.add((JSON.parse(body) as UpstreamResponse).replica);
  }
  return replicas;
}

describe('a replica that is gone', () => {
  it('costs no handshake, no upgrade and no call', async () => {
    expect(await replicasOf(HANDSHAKE)).toEqual(new Set(['one', 'two']));
    await one.close();
    expect(await replicasOf(HANDSHAKE)).toEqual(new Set(['two']));
    expect(await replicasOf('/api/v1/me')).toEqual(new Set(['two']));
    for (const headers of CLIENTS) {
      const { status, socket } = await upgrade(nginx.url, '/socket.io/?EIO=4&transport=websocket', headers);
      socket?.destroy();
      expect(status).toBe(101);
    }
  });

  it('costs no POST either, where it could not be reached', async () => {
    await one.close();
    for (const headers of CLIENTS) {
      expect((await send(nginx.url, '/api/v1/friend-requests', { method: 'POST', headers, body: '{}' })).status).toBe(
        200,
      );
    }
    expect(two.requests).toHaveLength(CLIENTS.length);
  });
});

describe('a replica that drains (503)', () => {
  it('[W3] gets no new client, whether polling or WebSocket, and no client is refused', async () => {
    one.status = 503;
    expect(await replicasOf(HANDSHAKE)).toEqual(new Set(['two']));
    for (const headers of CLIENTS) {
      const { status, socket } = await upgrade(nginx.url, '/socket.io/?EIO=4&transport=websocket', headers);
      socket?.destroy();
      expect(status).toBe(101);
    }
  });

  it('never gets a POST repeated elsewhere: its response is final', async () => {
    one.status = 503;
    two.status = 503;
    const { status } = await send(nginx.url, '/api/v1/friend-requests', { method: 'POST', body: '{}' });
    expect(status).toBe(503);
    expect([...one.requests, ...two.requests]).toEqual(['POST /api/v1/friend-requests']);
  });
});

describe('no replica at all', () => {
  it('is a problem with a code and Retry-After', async () => {
    await Promise.all([one.close(), two.close()]);
    const { status, headers, body } = await send(nginx.url, HANDSHAKE);
    expect(status).toBe(503);
    expect(headers['content-type']).toBe('application/problem+json');
    expect(headers['retry-after']).toBe('2');
    expect(JSON.parse(body)).toMatchObject({ code: 'unavailable', status: 503 });
  });
});

describe('too many handshakes', () => {
  it('of one address are refused, of others and of open sessions not', async () => {
    const flood = { 'x-forwarded-for': '203.0.113.1' };
    const statuses: number[] = [];
    // Many at a time: far above 100 per second, until burst and rate are used up.
    while (!statuses.includes(429) && statuses.length < 3_000) {
      const sending = Array.from({ length: 30 }, () => send(nginx.url, HANDSHAKE, { headers: flood }));
      const replies = await Promise.all(sending);
      statuses.push(...replies.map(({ status }) => status));
    }
    expect(statuses.filter((status) => status === 200).length).toBeGreaterThanOrEqual(500);
    expect(statuses).toContain(429);
    const others = await send(nginx.url, HANDSHAKE, { headers: { 'x-forwarded-for': '203.0.113.2' } });
    const session = await send(nginx.url, `${HANDSHAKE}&sid=abc`, { headers: flood });
    expect([others.status, session.status]).toEqual([200, 200]);

    const replies = await Promise.all(Array.from({ length: 20 }, () => send(nginx.url, HANDSHAKE, { headers: flood })));
    const refused = replies.find(({ status }) => status === 429);
    expect(JSON.parse(refused?.body ?? '{}')).toMatchObject({ code: 'rate_limited', status: 429 });
    expect(refused?.headers['retry-after']).toBe('5');
  }, 60_000);
});

describe('a reload', () => {
  it('[W4] brings new replicas in and leaves open sockets alone', async () => {
    await nginx.reload({ gateways: [one], friendGraphs: [one] });
    const { socket } = await upgrade(nginx.url, '/socket.io/?EIO=4&transport=websocket');
    const closed = new Promise<'closed'>((resolve) => socket?.once('close', () => resolve('closed')));

    await nginx.reload({ gateways: [one, two], friendGraphs: [two] });
    expect(await replicasOf(HANDSHAKE)).toEqual(new Set(['one', 'two']));
    expect(await replicasOf('/api/v1/me')).toEqual(new Set(['two']));

    const arrived = new Promise<string>((resolve) => {
      for (const upstreamSocket of one.sockets)
        upstreamSocket.once('data', (chunk: Buffer) => resolve(chunk.toString()));
    });
    socket?.write('still here');
    expect(await Promise.race([arrived, closed])).toBe('still here');
    socket?.destroy();
  });

  it('[W4] with a slot marked down moves none of the other clients', async () => {
    const replicaOfEach = async (): Promise<string[]> => {
      const replies = await Promise.all(CLIENTS.map((headers) => send(nginx.url, HANDSHAKE, { headers })));
      return replies.map(({ body }) => (JSON.parse(body) as UpstreamResponse).replica);
    };
    const three = await startUpstream('three');
    others.push(three);
    await nginx.reload({ gateways: [one, two, three], friendGraphs: [] });
    const before = await replicaOfEach();
    await nginx.reload({ gateways: [one, two, { ...three, down: true }], friendGraphs: [] });
    const after = await replicaOfEach();
    expect(after.filter((_, index) => before[index] !== 'three')).toEqual(before.filter((name) => name !== 'three'));
  });
});
