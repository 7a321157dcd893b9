import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { eventually } from '@nearby-friends/testing/eventually';
import { ManualClock } from '../clock/manual-clock.ts';
import { silentLogger } from '../logging/logger.ts';
import { Metrics } from '../metrics/metrics.ts';
import { OpsServer, READINESS_RENEWAL_MS, READINESS_TIMEOUT_MS, type ReadinessCheck } from './ops-server.ts';

const running: OpsServer[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.stop()));
});

async function start(checks: readonly ReadinessCheck[] = [], metrics = new Metrics()) {
  const clock = new ManualClock();
  const server = new OpsServer({ host: '127.0.0.1', port: 0, metrics, logger: silentLogger, checks, clock });
  running.push(server);
  await server.start();
  const get = async (path: string) => {
    const response = await fetch(`http://127.0.0.1:${server.port}${path}`);
    return { status: response.status, type: response.headers.get('content-type'), text: await response.text() };
  };
  const ready = async () => {
    const { status, text } = await get('/ready');
    return [status, (JSON.parse(text) as { failures?: string[] }).failures ?? []];
  };
  return { server, clock, get, ready };
}

describe('[O1] ops server', () => {
  it('says that the event loop turns, even when nothing else works', async () => {
    const { get } = await start([{ name: 'redis', check: () => Promise.reject(new Error('gone')) }]);
    expect(await get('/health')).toMatchObject({ status: 200, type: 'application/json', text: '{"status":"ok"}' });
  });

  it('is ready from the opening of the gate to its shutting', async () => {
    const { server, ready } = await start();
    expect(await ready()).toEqual([503, ['starting']]);
    await server.gate.start?.();
    expect(await ready()).toEqual([200, []]);
    await server.gate.drain?.();
    expect(await ready()).toEqual([503, ['draining']]);
  });

  it('names what it waits for while it starts, and nothing else while it drains', async () => {
    const { server, ready } = await start([{ name: 'postgresql', check: () => Promise.reject(new Error('is gone')) }]);
    expect(await ready()).toEqual([503, ['starting', 'postgresql: is gone']]);
    await server.gate.start?.();
    await server.gate.drain?.();
    expect(await ready()).toEqual([503, ['draining']]);
  });

  it('is ready when all checks pass, and names each that does not', async () => {
    const broken = new Set<string>();
    const check = (name: string) => ({
      name,
      check: async () => {
        if (broken.has(name)) throw new Error(`${name} is gone`);
      },
    });
    const throwing = {
      name: 'sync',
      check: () => {
        if (broken.has('sync')) throw 'no Error at all';
      },
    };
    const { server, ready } = await start([check('redis'), check('postgres'), throwing]);
    await server.gate.start?.();
    expect(await ready()).toEqual([200, []]);
    broken.add('postgres').add('sync');
    expect(await ready()).toEqual([503, ['postgres: postgres is gone', 'sync: no Error at all']]);
    broken.clear();
    expect(await ready()).toEqual([200, []]);
  });

  it('treats a hanging check as failed, and ignores its late end', async () => {
    let fail: (error: Error) => void = () => undefined;
    let calls = 0;
    const hanging = {
      name: 'frozen',
      check: () => {
        calls++;
        return new Promise<void>((_, reject) => {
          fail = reject;
        });
      },
    };
    const { server, clock, ready } = await start([hanging]);
    await server.gate.start?.();
    const outcome = ready();
    await eventually(() => expect(calls).toBe(1));
    clock.advance(READINESS_TIMEOUT_MS);
    expect(await outcome).toEqual([503, [`frozen: no response within ${READINESS_TIMEOUT_MS} ms`]]);
    // An unhandled rejection would fail this test.
    fail(new Error('late'));
    expect(clock.pending).toBe(0);
  });

  it('leaves no timer behind when a check is quick', async () => {
    const { server, clock, ready } = await start([{ name: 'quick', check: () => undefined }]);
    await server.gate.start?.();
    await ready();
    expect(clock.pending).toBe(0);
  });

  it('shows the metrics in the form of Prometheus', async () => {
    const metrics = new Metrics();
    metrics.counter('positions_total', 'Positions.', ['outcome']).inc({ outcome: 'stored' }, 3);
    let sessions = 7;
    metrics.gauge('sessions', 'Sessions.', () => sessions);
    metrics.latency('delivery_seconds', 'Delivery.').observe(0.004);
    metrics.collectProcess();
    const { get } = await start([], metrics);
    const { status, type, text } = await get('/metrics');
    expect([status, type]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8']);
    expect(text).toContain('# TYPE positions_total counter\npositions_total{outcome="stored"} 3\n');
    expect(text).toContain('\nsessions 7\n');
    expect(text).toContain('delivery_seconds_bucket{le="0.0025"} 0\n');
    expect(text).toContain('delivery_seconds_bucket{le="0.005"} 1\n');
    expect(text).toContain('nodejs_eventloop_lag_seconds');
    sessions = 8;
    expect((await get('/metrics')).text).toContain('\nsessions 8\n');
  });

  it('reports readiness in the metrics, without delaying a scrape by a hanging check', async () => {
    let isHanging = false;
    const check = () => (isHanging ? new Promise<void>(() => undefined) : undefined);
    const { server, clock, get } = await start([{ name: 'redis', check }]);
    const readiness = async () => (await get('/metrics')).text.match(/^nearby_(ready|draining) \d$/gm);
    expect(await readiness()).toEqual(['nearby_ready 0', 'nearby_draining 0']);
    await server.gate.start?.();
    clock.advance(READINESS_RENEWAL_MS);
    await eventually(async () => expect(await readiness()).toEqual(['nearby_ready 1', 'nearby_draining 0']));
    isHanging = true;
    clock.advance(READINESS_RENEWAL_MS);
    expect(await readiness()).toEqual(['nearby_ready 1', 'nearby_draining 0']);
    clock.advance(READINESS_TIMEOUT_MS);
    await eventually(async () => expect(await readiness()).toEqual(['nearby_ready 0', 'nearby_draining 0']));
    isHanging = false;
    await server.gate.drain?.();
    expect(await readiness()).toEqual(['nearby_ready 0', 'nearby_draining 1']);
  });

  it('keeps the metrics of two nodes in one process apart', async () => {
    const [first, second] = [new Metrics(), new Metrics()];
    first.counter('positions_total', 'Positions.').inc(5);
    second.counter('positions_total', 'Positions.');
    expect((await (await start([], second)).get('/metrics')).text).toContain('positions_total 0');
  });

  it('survives a metric that cannot be read', async () => {
    const metrics = new Metrics();
    metrics.gauge('broken', 'Broken.', () => {
      throw new Error('no');
    });
    const { get } = await start([], metrics);
    expect((await get('/metrics')).status).toBe(500);
    expect((await get('/health')).status).toBe(200);
  });

  it.each(['/', '/healthz', '/ready/', '/metrics/../secret', '//'])('knows nothing else: %s', async (path) => {
    const { get } = await start();
    expect((await get(path)).status).toBe(404);
  });

  it('does not mind a query', async () => {
    expect((await (await start()).get('/health?x=1')).status).toBe(200);
  });

  it('stops although a response is pending, and frees its port', async () => {
    let calls = 0;
    const hanging = {
      name: 'frozen',
      check: () => {
        calls++;
        return new Promise<void>(() => undefined);
      },
    };
    const { server, get } = await start([hanging]);
    await server.gate.start?.();
    const cutOff = expect(get('/ready')).rejects.toThrow();
    await eventually(() => expect(calls).toBe(1));
    const { port } = server;
    await server.stop();
    await cutOff;
    await expect(fetch(`http://127.0.0.1:${port}/health`)).rejects.toThrow();
    await server.stop();
  });

  it('rejects when its port is in use, and can still be stopped', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as AddressInfo;
    const server = new OpsServer({
      host: '127.0.0.1',
      port,
      metrics: new Metrics(),
      logger: silentLogger,
      checks: [],
    });
    await expect(server.start()).rejects.toMatchObject({ code: 'EADDRINUSE' });
    await server.stop();
    await new Promise((resolve) => other.close(resolve));
  });
});
