/** Gateways that accept connections and do not respond: handshakes move on, or are refused soon, and sessions stay. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { send, upgrade } from '../test-support/http-client.ts';
import { startUpstream, type TestUpstream, type UpstreamResponse } from '../test-support/upstream.ts';
import { waitFor } from '../test-support/wait-for.ts';
import { type Nginx, startNginx } from './nginx.ts';

const HANDSHAKE = '/socket.io/?EIO=4&transport=polling';
const WEB_SOCKET = '/socket.io/?EIO=4&transport=websocket';
const CLIENTS = Array.from({ length: 8 }, (_, index) => ({ 'x-forwarded-for': `10.${index}.7.1` }));
/** The promise is 2 s for one that hangs; the rest is for a machine under load. Without the probe it is 75 s. */
const ONE_HANGS_WITHIN_MS = 10_000;
/** The promise is 5 s. */
const SEVERAL_HANG_WITHIN_MS = 20_000;

let one: TestUpstream;
let two: TestUpstream;
let three: TestUpstream;
let nginx: Nginx;

beforeEach(async () => {
  [one, two, three] = await Promise.all([startUpstream('one'), startUpstream('two'), startUpstream('three')]);
  nginx = await startNginx({ gateways: [one, two], friendGraphs: [], trustedProxies: ['127.0.0.1/32'] });
}, 120_000);

afterEach(async () => {
  await nginx.stop(0);
  await Promise.all([one, two, three].map((upstream) => upstream.close()));
});

async function timed<T>(work: Promise<T>, withinMs: number): Promise<T> {
  const before = performance.now();
  const result = await work;
  expect(performance.now() - before).toBeLessThan(withinMs);
  return result;
}

const replicaIn = (text: string): string => (JSON.parse(text) as UpstreamResponse).replica;

/** Connects each client both ways; returns the replicas that responded. */
async function replicasOfHandshakes(withinMs: number): Promise<Set<string>> {
  const replicas = new Set<string>();
  for (const headers of CLIENTS) {
    const polling = await timed(send(nginx.url, HANDSHAKE, { headers }), withinMs);
    expect([polling.status, polling.body]).toEqual([200, expect.stringContaining('"replica"')]);
    replicas.add(replicaIn(polling.body));
    const webSocket = await timed(upgrade(nginx.url, WEB_SOCKET, headers), withinMs);
    webSocket.socket?.destroy();
    expect(webSocket.status).toBe(101);
    replicas.add(replicaIn(webSocket.firstLine));
  }
  return replicas;
}

async function expectRefusedSoon(): Promise<void> {
  for (const headers of CLIENTS.slice(0, 3)) {
    const polling = await timed(send(nginx.url, HANDSHAKE, { headers }), SEVERAL_HANG_WITHIN_MS);
    expect([polling.status, polling.headers['retry-after']]).toEqual([503, '2']);
    expect(JSON.parse(polling.body)).toMatchObject({ code: 'unavailable', status: 503 });
    expect((await timed(upgrade(nginx.url, WEB_SOCKET, headers), SEVERAL_HANG_WITHIN_MS)).status).toBe(503);
  }
}

describe('[O3] a gateway that hangs', () => {
  it('loses its handshakes to another one, and the sessions that begin there stay there', async () => {
    one.behaviour = 'hangs';
    for (const headers of CLIENTS) {
      const handshake = await timed(send(nginx.url, HANDSHAKE, { headers }), ONE_HANGS_WITHIN_MS);
      expect([handshake.status, replicaIn(handshake.body)]).toEqual([200, 'two']);
      const session = `${HANDSHAKE}&sid=abc`;
      const message = await timed(
        send(nginx.url, session, { method: 'POST', headers, body: '40' }),
        ONE_HANGS_WITHIN_MS,
      );
      expect([message.status, replicaIn(message.body)]).toEqual([200, 'two']);
      const webSocket = await timed(upgrade(nginx.url, WEB_SOCKET, headers), ONE_HANGS_WITHIN_MS);
      webSocket.socket?.destroy();
      expect([webSocket.status, replicaIn(webSocket.firstLine)]).toEqual([101, 'two']);
    }
  }, 60_000);

  it('is used again once it responds', async () => {
    one.behaviour = 'hangs';
    for (const headers of CLIENTS) await send(nginx.url, HANDSHAKE, { headers });
    one.behaviour = 'responds';
    const replicas = new Set<string>();
    const deadline = performance.now() + 10_000;
    while (replicas.size < 2 && performance.now() < deadline) {
      for (const headers of CLIENTS) replicas.add(replicaIn((await send(nginx.url, HANDSHAKE, { headers })).body));
    }
    expect(replicas).toEqual(new Set(['one', 'two']));
  }, 30_000);
});

describe('[O3] several gateways that hang', () => {
  it('lose their handshakes to the one that responds', async () => {
    await nginx.reload({ gateways: [one, two, three], friendGraphs: [] });
    one.behaviour = 'hangs';
    two.behaviour = 'hangs';
    expect(await replicasOfHandshakes(SEVERAL_HANG_WITHIN_MS)).toEqual(new Set(['three']));
  }, 90_000);

  it('lose them also to one that has just hung itself', async () => {
    one.behaviour = 'hangs';
    for (const headers of CLIENTS) await send(nginx.url, HANDSHAKE, { headers });
    // Within the three seconds for which nginx avoids the first one.
    one.behaviour = 'responds';
    two.behaviour = 'hangs';
    expect(await replicasOfHandshakes(SEVERAL_HANG_WITHIN_MS)).toEqual(new Set(['one']));
  }, 90_000);

  it('lose them also while another one drains', async () => {
    await nginx.reload({ gateways: [one, two, three], friendGraphs: [] });
    one.status = 503;
    two.behaviour = 'hangs';
    expect(await replicasOfHandshakes(SEVERAL_HANG_WITHIN_MS)).toEqual(new Set(['three']));
  }, 90_000);

  it.each([1, 2, 3])(
    'are no reason to wait: while all of %d hang, a handshake is refused',
    async (count) => {
      await nginx.reload({ gateways: [one, two, three].slice(0, count), friendGraphs: [] });
      for (const gateway of [one, two, three]) gateway.behaviour = 'hangs';
      await expectRefusedSoon();
      // None has got more than a probe.
      expect([one, two, three].flatMap(({ requests }) => requests)).toEqual([]);
    },
    90_000,
  );

  it('and drain are no reason to wait either', async () => {
    one.status = 503;
    two.behaviour = 'hangs';
    await expectRefusedSoon();
  }, 90_000);

  it('get the polling requests of their sessions all the same: they may continue in time', async () => {
    await nginx.reload({ gateways: [one], friendGraphs: [] });
    one.behaviour = 'hangs';
    const polled = send(nginx.url, `${HANDSHAKE}&sid=abc`, { method: 'POST', body: '40' });
    await waitFor('the message', () => one.requests.includes(`POST ${HANDSHAKE}&sid=abc`));
    one.behaviour = 'responds';
    await one.close();
    expect((await polled).status).toBe(503);
  });
});
