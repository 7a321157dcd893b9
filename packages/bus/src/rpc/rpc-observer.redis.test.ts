import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CodedError, instanceChannel } from '@nearby-friends/protocol';
import { Metrics, silentLogger, startTracing, systemClock } from '@nearby-friends/service-kit';
import { eventually } from '@nearby-friends/testing/eventually';
import { TraceCollector } from '@nearby-friends/testing/trace-collector';
import { echo, useBuses } from '../bus.testing.ts';
import { useRedis } from '../redis/redis.testing.ts';
import { parseRedisInfo, RedisStats } from '../redis/redis-stats.ts';
import { decodeEnvelope } from './envelope.ts';

const redis = useRedis();
const { start } = useBuses(redis);

async function figure(metrics: Metrics, pattern: RegExp): Promise<number> {
  const match = pattern.exec(await metrics.registry.metrics());
  return Number(match?.[1] ?? Number.NaN);
}

describe('the metrics of the bus', () => {
  it('measure requests by method at both ends, and count failures', async () => {
    const [atCaller, atServer] = [new Metrics(), new Metrics()];
    const server = await start('location', 'l1', { metrics: atServer });
    const caller = await start('gateway', 'g1', { metrics: atCaller });
    server.rpc.serve(echo, ({ text }) => {
      if (text === 'no') throw new CodedError('rate_limited', 'Slow down.');
      return { text, by: 'l1' };
    });
    await caller.rpc.call(echo, { text: 'yes' });
    await caller.rpc.call(echo, { text: 'no' }).catch(() => undefined);
    await caller.rpc.call({ ...echo, name: 'nonsense' }, { text: '' }).catch(() => undefined);
    expect(await figure(atCaller, /^nearby_rpc_request_seconds_count\{method="echo"\} (\d+)$/m)).toBe(2);
    expect(
      await figure(atCaller, /^nearby_rpc_requests_failed_total\{method="echo",code="rate_limited"\} (\d+)$/m),
    ).toBe(1);
    expect(await figure(atCaller, /^nearby_rpc_instances\{service="location"\} (\d+)$/m)).toBe(1);
    await eventually(async () => {
      expect(await figure(atServer, /^nearby_rpc_response_seconds_count\{method="echo"\} (\d+)$/m)).toBe(2);
      // An unknown method does not get its own series.
      expect(await figure(atServer, /^nearby_rpc_response_seconds_count\{method="unknown"\} (\d+)$/m)).toBe(1);
    });
  });

  it('count retries', async () => {
    const metrics = new Metrics();
    await start('location', 'l1');
    const caller = await start('gateway', 'g1', { metrics });
    const ghost = { id: 'gone', hash: 1 };
    await caller.rpc.call(echo, { text: '' }, { instance: ghost });
    expect(await figure(metrics, /^nearby_rpc_requests_retried_total\{method="echo"\} (\d+)$/m)).toBe(1);
  });

  it('report each connection to Redis: up, lost, recovered, and its round trip', async () => {
    const metrics = new Metrics();
    await start('gateway', 'g1', { metrics });
    const up = () => figure(metrics, /^nearby_redis_connected\{connection="commands"\} (\d)$/m);
    expect(await up()).toBe(1);
    expect(await figure(metrics, /^nearby_redis_round_trip_seconds (\S+)$/m)).toBeGreaterThan(0);
    expect(Math.abs(await figure(metrics, /^nearby_redis_clock_ahead_seconds (\S+)$/m))).toBeLessThan(1);
    await redis.server.kill();
    await eventually(async () => expect(await up()).toBe(0));
    await redis.server.restart();
    await eventually(async () => expect(await up()).toBe(1));
    expect(await figure(metrics, /^nearby_redis_connections_lost_total\{connection="commands"\} (\d+)$/m)).toBe(1);
  });

  it('report figures of Redis, and none while Redis is unavailable', async () => {
    const metrics = new Metrics();
    const connection = await redis.connect('commands');
    const figures = new RedisStats({ redis: connection, metrics, clock: systemClock, logger: silentLogger });
    figures.start();
    await eventually(async () => {
      expect(await figure(metrics, /^nearby_redis_memory_used_bytes (\d+)$/m)).toBeGreaterThan(100_000);
      expect(await figure(metrics, /^nearby_redis_clients (\d+)$/m)).toBeGreaterThan(0);
      expect(await figure(metrics, /^nearby_redis_commands_total (\d+)$/m)).toBeGreaterThan(0);
    });
    figures.stop();
    await redis.server.kill();
    figures.start();
    await eventually(async () =>
      expect(await metrics.registry.metrics()).not.toMatch(/^nearby_redis_memory_used_bytes \d/m),
    );
    figures.stop();
  });

  it('read the figures of INFO by their exact names', () => {
    const text = 'used_memory:10\r\nused_memory_rss:20\r\nmaxmemory:30\r\npubsubshard_channels:4\r\n';
    expect(parseRedisInfo(text)).toMatchObject({
      usedMemoryBytes: 10,
      memoryLimitBytes: 30,
      shardChannels: 4,
      clients: 0,
    });
  });
});

describe('a trace', () => {
  const collector = new TraceCollector();
  beforeAll(() => collector.start());
  afterAll(() => collector.stop());

  async function startTraced(service: 'gateway' | 'location', instanceId: string) {
    const { tracer, components } = await startTracing({
      config: { otlpEndpoint: collector.url, otlpHeaders: [], traceShare: 1 },
      service,
      replicaName: instanceId,
      logger: silentLogger,
    });
    const bus = await start(service, instanceId, { tracer });
    const send = async () => components[0]?.stop?.();
    redis.beforeItEnds(send);
    return { tracer, bus, send };
  }

  it('continues at the instance that serves the request', async () => {
    const server = await startTraced('location', 'l1');
    const caller = await startTraced('gateway', 'g1');
    await caller.tracer.span('request', {}, () => caller.bus.rpc.call(echo, { text: 'x' }));
    await Promise.all([server.send(), caller.send()]);
    const find = (id: string | undefined) => collector.spans.find(({ spanId }) => spanId === id);
    const served = collector.spans.find(({ name }) => name === 'serve echo');
    const called = find(served?.parentSpanId);
    expect(served).toMatchObject({ service: 'location', attributes: { 'rpc.method': 'echo' } });
    expect(called).toMatchObject({ service: 'gateway', name: 'call echo' });
    expect(find(called?.parentSpanId)).toMatchObject({ name: 'request', parentSpanId: '' });
  });

  it('is carried by requests within one only, and an instance without traces serves them', async () => {
    const server = await start('location', 'l1');
    const caller = await startTraced('gateway', 'g1');
    const spy = await redis.connect('subscriber');
    const traced: boolean[] = [];
    spy.on('smessageBuffer', (_channel: Buffer, frame: Buffer) => {
      const envelope = decodeEnvelope(frame);
      if (envelope.kind === 'request') traced.push(envelope.trace !== null);
    });
    await spy.ssubscribe(instanceChannel('location', 'l1'));
    const call = () => caller.bus.rpc.call(echo, { text: 'x' });
    expect(await caller.tracer.span('request', {}, call)).toEqual({ text: 'x', by: 'l1' });
    expect(await call()).toEqual({ text: 'x', by: 'l1' });
    await eventually(() => expect(traced).toEqual([true, false]));
    await server.stop();
  });
});
