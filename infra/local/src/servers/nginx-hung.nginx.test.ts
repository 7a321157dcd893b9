/** Replicas of friend-graph that accept connections and do not respond: calls move on, and no write is repeated. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { send } from '../test-support/http-client.ts';
import { startUpstream, type TestUpstream, type UpstreamResponse } from '../test-support/upstream.ts';
import { type Nginx, startNginx } from './nginx.ts';

const CLIENTS = Array.from({ length: 8 }, (_, index) => ({ 'x-forwarded-for': `10.${index}.7.1` }));
const WRITES = ['POST', 'PUT', 'PATCH', 'DELETE'];
/** The promise is 2 s for a read and 4 s for a write; the rest is for a machine under load. Without probes it is 11 s or more. */
const WITHIN_MS = 10_000;

let one: TestUpstream;
let two: TestUpstream;
let nginx: Nginx;

beforeEach(async () => {
  one = await startUpstream('one');
  two = await startUpstream('two');
  nginx = await startNginx({ gateways: [one, two], friendGraphs: [one, two], trustedProxies: ['127.0.0.1/32'] });
}, 120_000);

afterEach(async () => {
  await nginx.stop(0);
  await Promise.all([one, two].map((upstream) => upstream.close()));
});

async function timed<T>(work: Promise<T>): Promise<T> {
  const before = performance.now();
  const result = await work;
  expect(performance.now() - before).toBeLessThan(WITHIN_MS);
  return result;
}

const replicaIn = (text: string): string => (JSON.parse(text) as UpstreamResponse).replica;

describe('a replica of friend-graph that hangs', () => {
  it('delays a call that reads by less than two seconds, and further ones not at all', async () => {
    one.behaviour = 'hangs';
    for (const headers of CLIENTS) {
      const { status, body } = await timed(send(nginx.url, '/api/v1/friends?limit=5', { headers }));
      expect([status, replicaIn(body), (JSON.parse(body) as UpstreamResponse).url]).toEqual([
        200,
        'two',
        '/api/v1/friends?limit=5',
      ]);
    }
    // Only the first call, or one every three seconds, still tries it.
    expect(one.requests.length).toBeLessThan(CLIENTS.length / 2);
  });

  it('leaves slow replicas the time they need, when all are slow', async () => {
    one.delayMs = 1_500;
    two.delayMs = 1_500;
    const { status } = await send(nginx.url, '/api/v1/friends');
    expect(status).toBe(200);
  });

  it('answers no call that reads when all hang: it is refused soon', async () => {
    one.behaviour = 'hangs';
    two.behaviour = 'hangs';
    const before = performance.now();
    const { status, headers, body } = await send(nginx.url, '/api/v1/friends');
    expect(performance.now() - before).toBeLessThan(10_000);
    expect([status, headers['retry-after'], JSON.parse(body)]).toMatchObject([503, '2', { code: 'unavailable' }]);
  });

  it.each(WRITES)('gets no %s: another one gets it within two seconds', async (method) => {
    one.behaviour = 'hangs';
    const path = '/api/v1/viewers/b%6Fb?x=%20';
    for (const headers of CLIENTS) {
      const { status, body } = await timed(send(nginx.url, path, { method, headers, body: '{"x":1}' }));
      expect([status, replicaIn(body), (JSON.parse(body) as UpstreamResponse).url]).toEqual([200, 'two', path]);
    }
    expect([one.requests, two.requests.length]).toEqual([[], CLIENTS.length]);
  });

  it.each(WRITES)('gets no %s when all hang: it is refused soon, and surely not executed', async (method) => {
    one.behaviour = 'hangs';
    two.behaviour = 'hangs';
    const before = performance.now();
    const { status, headers, body } = await send(nginx.url, '/api/v1/viewers/bob', { method, body: '{}' });
    expect(performance.now() - before).toBeLessThan(WITHIN_MS);
    expect([status, headers['retry-after'], JSON.parse(body)]).toMatchObject([503, '2', { code: 'unavailable' }]);
    expect([...one.requests, ...two.requests]).toEqual([]);
  });

  it.each(WRITES)('loses a %s when it has left since it was probed', async (method) => {
    one.behaviour = 'leaves';
    for (const headers of CLIENTS) {
      const { status, body } = await send(nginx.url, '/api/v1/viewers/bob', { method, headers, body: '{"x":1}' });
      expect([status, replicaIn(body)]).toEqual([200, 'two']);
    }
  });

  it('leaves a write the time it needs, on a replica that responds to the probe', async () => {
    one.delayMs = 4_000;
    two.delayMs = 4_000;
    const { status } = await send(nginx.url, '/api/v1/viewers/bob', { method: 'PUT', body: '{}' });
    expect([status, one.requests.length + two.requests.length]).toEqual([200, 1]);
  });

  it.each(WRITES)('never gets a %s repeated by another one', async (method) => {
    one.behaviour = 'resets';
    two.behaviour = 'resets';
    const { status, headers, body } = await send(nginx.url, '/api/v1/viewers/bob', { method, body: '{}' });
    expect([status, headers['retry-after']]).toEqual([503, '2']);
    expect(JSON.parse(body)).toMatchObject({ code: 'unavailable' });
    expect([...one.requests, ...two.requests]).toEqual([`${method} /api/v1/viewers/bob`]);
  });

  it.each(WRITES)('loses a %s that could not be sent to it', async (method) => {
    await one.close();
    for (const headers of CLIENTS) {
      const { status, body } = await send(nginx.url, '/api/v1/viewers/bob', { method, headers, body: '{"x":1}' });
      expect([status, replicaIn(body)]).toEqual([200, 'two']);
    }
  });
});
