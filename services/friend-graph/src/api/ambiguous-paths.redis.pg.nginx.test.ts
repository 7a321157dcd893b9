/** No encoding of a path reaches another route than the path as sent, at every operation of the API. */
import { Agent, request } from 'node:http';
import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { startNginx } from '@nearby-friends/local-stack';
import { insertEdges } from '../database/database.testing.ts';
import { type FriendGraphOfTest, useFriendGraph } from '../friend-graph.testing.ts';
import { signIn } from './call-api.testing.ts';
import { readDocument } from './docs/conformance.testing.ts';

const services = useFriendGraph();
const { database } = services;
const cleanUps: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
});

/** Segments that are `..`, or end with another path, to whatever decodes them once or twice. */
const ENCODINGS = [
  '..',
  '.',
  '%2e%2e',
  '.%2E',
  '%2e',
  '..%2f',
  '..%2Fme',
  '%2e%2e%2fme',
  'bob%2f..%2f..%2fme',
  'bob%2faccept',
  '..%5cme',
  'bob%5C..',
  '..\\me',
  '..%252fme',
  '%252e%252e',
  'bob%25',
  'bob%00',
  '%00',
  'bob%0d%0ax',
  'bob%7f',
  '..%c0%afme',
  'bob%ff',
  'bob%zz',
  'bob%2',
  'bob#',
];

/** Few connections for the thousands of requests. */
const agent = new Agent({ keepAlive: true, maxSockets: 4 });
afterAll(() => agent.destroy());

interface Target {
  readonly method: string;
  readonly path: string;
}

/** Every operation, with each encoding as an additional segment at each place below the host, and in place of the id. */
function targetsOf(paths: Record<string, Record<string, unknown>>): Target[] {
  return Object.entries(paths).flatMap(([path, methods]) => {
    const segments = ['api', 'v1', ...path.replace('{id}', 'bob').split('/').slice(1)];
    const variants = ENCODINGS.flatMap((encoding) => [
      ...segments.map((_, place) => [...segments.slice(0, place + 1), encoding, ...segments.slice(place + 1)]),
      [encoding, ...segments],
      segments.map((segment) => (segment === 'bob' ? encoding : segment)),
    ]);
    const attacks = variants.map((variant) => `/${variant.join('/')}`).filter((attack) => /[.%\\#]/.test(attack));
    return Object.keys(methods).flatMap((method) =>
      attacks.map((attack) => ({ method: method.toUpperCase(), path: attack })),
    );
  });
}

/** The path is sent byte for byte. */
async function send(base: string, { method, path }: Target, token: string) {
  const { hostname, port } = new URL(base);
  const json = JSON.stringify({ paused: true, precision: 'hidden', to: 'cid', userId: 'cid' });
  return await new Promise<{ status: number; type: string; body: string }>((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const outgoing = request({ host: hostname, port, method, path, headers, agent }, (response) => {
      let body = '';
      response.on('data', (chunk: Buffer) => {
        body += chunk.toString();
      });
      response.once('end', () =>
        resolve({ status: response.statusCode ?? 0, type: response.headers['content-type'] ?? '', body }),
      );
    });
    outgoing.once('error', reject);
    outgoing.end(['GET', 'DELETE'].includes(method) ? undefined : json);
  });
}

async function prepare(): Promise<{ service: FriendGraphOfTest; token: string; targets: Target[] }> {
  await insertEdges(database, [
    { viewer: 'ann', subject: 'bob' },
    { viewer: 'bob', subject: 'ann' },
  ]);
  const service = await services.start();
  const token = await signIn(service, 'ann');
  const { document } = await readDocument(service);
  return { service, token, targets: targetsOf(document.paths as Record<string, Record<string, unknown>>) };
}

const contents = async (): Promise<unknown> => [
  await database.query('SELECT * FROM users ORDER BY id'),
  await database.query('SELECT * FROM edges ORDER BY viewer_id, subject_id'),
  await database.query('SELECT * FROM friend_requests'),
  await database.query('SELECT * FROM blocks'),
];

async function expectRefused(base: string, targets: readonly Target[], token: string): Promise<void> {
  const before = await contents();
  const accepted: string[] = [];
  const check = async (target: Target): Promise<void> => {
    const { status, type, body } = await send(base, target, token);
    const code = type.startsWith('application/problem+json')
      ? (JSON.parse(body) as { code: string }).code
      : 'no problem';
    if (status !== 400 || code !== 'invalid_payload')
      accepted.push(`${target.method} ${target.path}: ${status} ${code}`);
  };
  for (let first = 0; first < targets.length; first += 50)
    await Promise.all(targets.slice(first, first + 50).map(check));
  expect(accepted).toEqual([]);
  expect(await contents()).toEqual(before);
}

describe('a path that two programs may read differently', () => {
  it('[O2] is refused by the service itself', async () => {
    const { service, token, targets } = await prepare();
    expect(targets.length).toBeGreaterThan(1_000);
    await expectRefused(service.apiUrl, targets, token);
  }, 120_000);

  it('[O2] is refused by nginx', async () => {
    const { service, token, targets } = await prepare();
    const { hostname, port } = new URL(service.apiUrl);
    const nginx = await startNginx({ gateways: [], friendGraphs: [{ host: hostname, port: Number(port) }] });
    cleanUps.push(() => nginx.stop(0));
    await expectRefused(nginx.url, targets, token);
  }, 120_000);

  it('[O2] reaches the service byte for byte where it is clear', async () => {
    const { service, token } = await prepare();
    const { hostname, port } = new URL(service.apiUrl);
    const nginx = await startNginx({ gateways: [], friendGraphs: [{ host: hostname, port: Number(port) }] });
    cleanUps.push(() => nginx.stop(0));
    const edges = async (): Promise<number> => (await database.query('SELECT 1 FROM edges')).length;
    expect(await edges()).toBe(2);
    const { status } = await send(nginx.url, { method: 'DELETE', path: '/api/v1/friends/b%6Fb?x=%2f..%2f' }, token);
    expect([status, await edges()]).toEqual([204, 0]);
  });
});
