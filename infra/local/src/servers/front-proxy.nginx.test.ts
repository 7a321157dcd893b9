/** The recipes of infra/proxies: what arrives at nginx and at the services through an operator's own proxy in front. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { send, upgrade } from '../test-support/http-client.ts';
import { startUpstream, type TestUpstream, type UpstreamResponse } from '../test-support/upstream.ts';
import { availableFrontProxies, type FrontProxy, startFrontProxy } from './front-proxy.ts';
import { type Nginx, startNginx } from './nginx.ts';

const SOCKET = '/socket.io/?EIO=4&transport=websocket';
/** Each is refused, or is an id that no user has: never the path of another resource. */
const AMBIGUOUS = [
  '..%2fme',
  '..%2Fme',
  '%2e%2e%2fme',
  '..%5cme',
  '..%252fme',
  'bob%2f..%2f..%2fme',
  '%2e%2e/me',
  '../me',
];

let page: string;
let gateway: TestUpstream;
let friendGraph: TestUpstream;
let nginx: Nginx;

beforeAll(async () => {
  page = await mkdtemp(path.join(tmpdir(), 'nearby-page-'));
  await writeFile(path.join(page, 'index.html'), 'the page');
  gateway = await startUpstream('gateway');
  friendGraph = await startUpstream('friend-graph');
  const trustedProxies = ['127.0.0.1/32'];
  nginx = await startNginx({ gateways: [gateway], friendGraphs: [friendGraph], page, trustedProxies });
}, 120_000);

afterAll(async () => {
  await nginx.stop(0);
  await Promise.all([gateway.close(), friendGraph.close(), rm(page, { recursive: true })]);
});

describe.each(await availableFrontProxies())('behind %s', (program) => {
  let front: FrontProxy;
  beforeAll(async () => {
    front = await startFrontProxy({ program, target: nginx.url });
  }, 120_000);
  afterAll(() => front.stop());

  /** A request to a path below the deployment. */
  const get = async (base: string, below: string, headers: Record<string, string> = {}, method = 'GET') => {
    const { origin, pathname } = new URL(base);
    return await send(origin, `${pathname.replace(/\/$/, '')}${below}`, { headers, method });
  };
  const bases = (): [string, string] => [front.hostUrl, front.pathUrl];

  it('the page, the API and the sockets are where they belong, on a host of their own and below a path', async () => {
    for (const base of bases()) {
      expect(await get(base, '/')).toMatchObject({ status: 200, body: 'the page' });
      const api = JSON.parse((await get(base, '/api/v1/friends?limit=5&x=%2f..')).body) as UpstreamResponse;
      expect([api.replica, api.url]).toEqual(['friend-graph', '/api/v1/friends?limit=5&x=%2f..']);
      expect((await get(base, '/metrics')).status).toBe(404);
    }
  });

  it('a WebSocket opens, and the services learn the host, the client’s address and nothing that the client claims', async () => {
    for (const base of bases()) {
      const { origin, pathname, host } = new URL(base);
      const claims = { 'x-forwarded-for': '203.0.113.9', 'x-forwarded-proto': 'https' };
      const { status, firstLine, socket } = await upgrade(origin, pathname.replace(/\/$/, '') + SOCKET, claims);
      socket?.destroy();
      expect(status).toBe(101);
      const { url, headers } = JSON.parse(firstLine) as UpstreamResponse;
      expect(url).toBe(SOCKET);
      expect(headers).toMatchObject({ host, 'x-forwarded-for': '127.0.0.1', 'x-forwarded-proto': 'http' });
    }
  });

  it('the path without a slash leads to the page, and paths beside it to nothing', async () => {
    const { origin } = new URL(front.pathUrl);
    const { status, headers } = await send(origin, '/nearby');
    expect([status, new URL(String(headers['location']), `${origin}/nearby`).href]).toEqual([308, `${origin}/nearby/`]);
    for (const beside of ['/', '/nearbyx/api/v1/me', '/api/v1/me', '/nearby/../api/v1/me']) {
      const before = friendGraph.requests.length;
      const reply = await send(origin, beside);
      expect([reply.body.includes('the page'), friendGraph.requests.length - before]).toEqual([false, 0]);
    }
  });

  it('[O2] no encoding of an id reaches another resource', async () => {
    const reached: string[] = [];
    for (const base of bases()) {
      for (const id of AMBIGUOUS) {
        friendGraph.requests.length = 0;
        await get(base, `/api/v1/friends/${id}`, {}, 'DELETE');
        reached.push(...friendGraph.requests.map((one) => `${base} ${id}: ${one}`));
      }
    }
    expect(reached).toEqual([]);
  });
});
