/** Which replica gets a request, what it is sent, and which paths are closed. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { send, upgrade } from '../test-support/http-client.ts';
import { startUpstream, type TestUpstream, type UpstreamResponse } from '../test-support/upstream.ts';
import { type Nginx, startNginx } from './nginx.ts';

const HANDSHAKE = '/socket.io/?EIO=4&transport=polling';

let gateways: TestUpstream[];
let friendGraph: TestUpstream;
let trusting: Nginx;
let trustingNone: Nginx;

beforeAll(async () => {
  gateways = await Promise.all(['gateway-1', 'gateway-2', 'gateway-3'].map(startUpstream));
  friendGraph = await startUpstream('friend-graph-1');
  const upstreams = { gateways, friendGraphs: [friendGraph] };
  trusting = await startNginx({ ...upstreams, trustedProxies: ['127.0.0.1/32'] });
  trustingNone = await startNginx(upstreams);
}, 120_000);

afterAll(async () => {
  await Promise.all([trusting.stop(0), trustingNone.stop(0)]);
  await Promise.all([...gateways, friendGraph].map((upstream) => upstream.close()));
});

async function fetchFrom(
  nginx: Nginx,
  target: string,
  headers: Record<string, string> = {},
): Promise<UpstreamResponse> {
  const reply = await send(nginx.url, target, { headers });
  expect(reply.status).toBe(200);
  return JSON.parse(reply.body) as UpstreamResponse;
}

/** One address in each of many networks: ip_hash uses the first three octets only. */
const CLIENTS = Array.from({ length: 24 }, (_, index) => `10.${index}.7.1`);

describe('sockets', () => {
  it('[W2] sends the polling requests of a client and its upgrade to one replica', async () => {
    const replicas = new Set<string>();
    for (const client of CLIENTS) {
      const headers = { 'x-forwarded-for': client };
      const first = await fetchFrom(trusting, HANDSHAKE, headers);
      const polled = await fetchFrom(trusting, `${HANDSHAKE}&sid=abc`, headers);
      const upgraded = await upgrade(trusting.url, '/socket.io/?EIO=4&transport=websocket&sid=abc', headers);
      upgraded.socket?.destroy();
      expect(polled.replica).toBe(first.replica);
      expect((JSON.parse(upgraded.firstLine) as UpstreamResponse).replica).toBe(first.replica);
      replicas.add(first.replica);
    }
    expect(replicas.size).toBe(gateways.length);
  });

  it('lets a WebSocket through in both directions', async () => {
    const { status, firstLine, socket } = await upgrade(trustingNone.url, '/socket.io/?EIO=4&transport=websocket');
    expect(status).toBe(101);
    const { replica, headers } = JSON.parse(firstLine) as UpstreamResponse;
    expect(headers).toMatchObject({ upgrade: 'websocket', connection: 'upgrade' });
    const upstreamSocket = [...(gateways.find(({ name }) => name === replica)?.sockets ?? [])].at(-1);
    const arrived = new Promise<string>((resolve) => {
      upstreamSocket?.once('data', (chunk: Buffer) => resolve(chunk.toString()));
    });
    socket?.write('from the phone');
    expect(await arrived).toBe('from the phone');
    socket?.destroy();
  });

  it('offers no other upgrade', async () => {
    const { headers } = await fetchFrom(trusting, HANDSHAKE, { connection: 'Upgrade', upgrade: 'h2c' });
    expect(headers).not.toHaveProperty('upgrade');
  });
});

describe('what a replica receives about the client', () => {
  it('trusts a listed proxy', async () => {
    const { headers } = await fetchFrom(trusting, '/api/v1/me', {
      'x-forwarded-for': '203.0.113.9',
      'x-forwarded-proto': 'https',
    });
    expect(headers).toMatchObject({ 'x-forwarded-for': '203.0.113.9', 'x-forwarded-proto': 'https' });
  });

  it('trusts no other client', async () => {
    const { headers } = await fetchFrom(trustingNone, '/api/v1/me', {
      'x-forwarded-for': '203.0.113.9',
      'x-forwarded-proto': 'https',
    });
    expect(headers).toMatchObject({ 'x-forwarded-for': '127.0.0.1', 'x-forwarded-proto': 'http' });
  });

  it('passes the host on, with its port, for the check of the origin', async () => {
    const { headers } = await fetchFrom(trusting, HANDSHAKE, { host: 'nearby.example:8443' });
    expect(headers['host']).toBe('nearby.example:8443');
  });

  it('sends nothing of the client with a probe', async () => {
    const headers = { authorization: 'Bearer a', 'x-large': 'x'.repeat(7_000), 'user-agent': 'phone' };
    await fetchFrom(trusting, HANDSHAKE, headers);
    await send(trusting.url, '/api/v1/me', { method: 'PATCH', headers, body: '{}' });
    const probes = [...gateways, friendGraph].flatMap(({ probes }) => probes);
    expect(probes.length).toBeGreaterThanOrEqual(2);
    for (const probe of probes) expect(Object.keys(probe)).toEqual(['host']);
  });

  it('does not reveal what the replicas run on', async () => {
    const { headers } = await send(trusting.url, '/api/v1/me');
    expect(headers).not.toHaveProperty('x-powered-by');
    expect(headers['server']).toBe('nginx');
  });
});

describe('what is not to be reached', () => {
  const HIDDEN = [
    '/health',
    '/ready',
    '/metrics',
    '/metrics/',
    '/gateway_probe',
    '/open_gateway_probe',
    '/call_probe',
    '/call_probe/?x=1',
    '/probe',
    '//metrics',
    '/METRICS',
    '/api',
    '/socket.io/metrics',
    '/socket.io',
    '/metrics?x=/api/',
    '/metrics%3f/api/',
    '/index.htm',
    '/assets',
    '/assets/',
    '/assets/nothing.js',
    '/map/',
    '/nothing.html',
    '/nginx.conf',
    '/page.conf',
    '/access.log',
    '/notes.txt',
    '/.hidden',
    '/assets/.hidden',
  ];

  it.each(HIDDEN)('[O1] %s is nothing', async (target) => {
    const before = friendGraph.requests.length + gateways.flatMap(({ requests }) => requests).length;
    const { status, headers, body } = await send(trusting.url, target);
    expect({ status, code: (JSON.parse(body) as { code: string }).code }).toEqual({ status: 404, code: 'not_found' });
    expect(headers['content-type']).toBe('application/problem+json');
    expect(friendGraph.requests.length + gateways.flatMap(({ requests }) => requests).length).toBe(before);
  });

  const AMBIGUOUS = [
    '/api/../metrics',
    '/api/..%2fmetrics',
    '/api/%2e%2e/metrics',
    '/api/%2e%2e%2fmetrics',
    '/api/v1/..%2f..%2fmetrics',
    '/socket.io/../metrics',
    '/socket.io/..%2fmetrics',
    '/assets/../metrics',
    '/map/../nginx.conf',
    '/map/13/2100/..%2f..%2f..%2fnginx.conf',
    '/api/v1/friends/..%2fme',
    '/api/v1/friends/..%5cme',
    '/api/v1/friends/bob%252f..%252fme',
    '/api/v1/friends/bob#',
    '/metrics/..%2fapi/v1/me',
    '/metrics/..%2fsocket.io/?EIO=4',
    '/assets/..%2finvalid_payload',
  ];

  it.each(AMBIGUOUS)('[O1] %s is refused, since two programs may read it differently', async (target) => {
    const before = friendGraph.requests.length + gateways.flatMap(({ requests }) => requests).length;
    const { status, headers, body } = await send(trusting.url, target);
    expect([status, headers['content-type']]).toEqual([400, 'application/problem+json']);
    expect(JSON.parse(body)).toMatchObject({ status: 400, code: 'invalid_payload' });
    expect(friendGraph.requests.length + gateways.flatMap(({ requests }) => requests).length).toBe(before);
  });

  it('hands friend-graph the path as it was sent', async () => {
    expect((await fetchFrom(trusting, '/api/v1/friends/b%6Fb?x=%2f..')).url).toBe('/api/v1/friends/b%6Fb?x=%2f..');
    expect((await fetchFrom(trusting, '/api/v1/friends/auth0%7Cann')).url).toBe('/api/v1/friends/auth0%7Cann');
  });
});
