import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CodedError, instanceChannel, traceReadersKey } from '@nearby-friends/protocol';
import { Metrics, silentLogger, startTracing, systemClock } from '@nearby-friends/service-kit';
import { eventually, TraceCollector } from '@nearby-friends/testing';
import { type BusOfTest, echo, useBuses } from '../bus.testing.ts';
import { useRedis } from '../redis/redis.testing.ts';
import { parseRedisInfo, RedisStats } from '../redis/redis-stats.ts';
import { decodeEnvelope, encodeReply } from './envelope.ts';

const redis = useRedis();
const { start } = useBuses(redis);

async function figure(metrics: Metrics, pattern: RegExp): Promise<number> {
  const match = pattern.exec(await metrics.registry.metrics());
  return Number(match?.[1] ?? Number.NaN);
}

describe('the bus tells operators', () => {
  it('how long questions take, by method, at both ends, and which fail', async () => {
    const [asking, answering] = [new Metrics(), new Metrics()];
    const answerer = await start('location', 'l1', { metrics: answering });
    const asker = await start('gateway', 'g1', { metrics: asking });
    answerer.rpc.serve(echo, ({ text }) => {
      if (text === 'no') throw new CodedError('rate_limited', 'Slow down.');
      return { text, by: 'l1' };
    });
    await asker.rpc.call(echo, { text: 'yes' });
    await asker.rpc.call(echo, { text: 'no' }).catch(() => undefined);
    await asker.rpc.call({ ...echo, name: 'nonsense' }, { text: '' }).catch(() => undefined);
    expect(await figure(asking, /^nearby_rpc_request_seconds_count\{method="echo"\} (\d+)$/m)).toBe(2);
    expect(await figure(asking, /^nearby_rpc_requests_failed_total\{method="echo",code="rate_limited"\} (\d+)$/m)).toBe(
      1,
    );
    expect(await figure(asking, /^nearby_rpc_instances\{service="location"\} (\d+)$/m)).toBe(1);
    await eventually(async () => {
      expect(await figure(answering, /^nearby_rpc_response_seconds_count\{method="echo"\} (\d+)$/m)).toBe(2);
      // What is asked does not become a series of its own.
      expect(await figure(answering, /^nearby_rpc_response_seconds_count\{method="unknown"\} (\d+)$/m)).toBe(1);
    });
  });

  it('that a question had to be asked again', async () => {
    const metrics = new Metrics();
    await start('location', 'l1');
    const asker = await start('gateway', 'g1', { metrics });
    const ghost = { id: 'gone', hash: 1 };
    await asker.rpc.call(echo, { text: '' }, { instance: ghost });
    expect(await figure(metrics, /^nearby_rpc_requests_retried_total\{method="echo"\} (\d+)$/m)).toBe(1);
  });

  it('of each connection to Redis: up, lost, back, and how far it is', async () => {
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

  it('what Redis says of itself, and nothing while it is away', async () => {
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

  it('reads the figures and nothing that only begins like them', () => {
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
      instanceId,
      logger: silentLogger,
    });
    const bus = await start(service, instanceId, { tracer });
    const send = async () => components[0]?.stop?.();
    redis.beforeItEnds(send);
    return { tracer, bus, send };
  }

  const ask = (bus: BusOfTest) => bus.rpc.call(echo, { text: 'x' });

  it('goes on at the instance that is asked', async () => {
    const answerer = await startTraced('location', 'l1');
    const asker = await startTraced('gateway', 'g1');
    const control = await redis.connect('commands');
    await eventually(async () => {
      await asker.tracer.span('question', {}, () => ask(asker.bus));
      expect(collector.spans.map(({ name }) => name)).toEqual(expect.arrayContaining(['answer echo', 'ask echo']));
    });
    await Promise.all([answerer.send(), asker.send()]);
    const find = (id: string | undefined) => collector.spans.find(({ spanId }) => spanId === id);
    const answered = collector.spans.find(({ name }) => name === 'answer echo');
    const asked = find(answered?.parentSpanId);
    expect(answered).toMatchObject({ service: 'location', attributes: { 'rpc.method': 'echo' } });
    expect(asked).toMatchObject({ service: 'gateway', name: 'ask echo' });
    expect(find(asked?.parentSpanId)).toMatchObject({ name: 'question', parentSpanId: '' });
    // Whoever leaves is sent no such frame any more.
    const key = traceReadersKey('location');
    expect(await control.zrange(key, '0', '-1')).toEqual(['l1']);
    await answerer.bus.stop();
    expect(await control.zrange(key, '0', '-1')).toEqual([]);
  });

  it('is kept from an instance that has not said it can read one, as an older build', async () => {
    const control = await redis.connect('commands');
    const subscriber = await redis.connect('subscriber');
    const [seconds] = await control.time();
    const inAMinute = String((Number(seconds) + 60) * 1000);
    await control.zadd('instances:{location}', inAMinute, 'old');
    const asker = await startTraced('gateway', 'g1');
    const kinds: (number | undefined)[] = [];
    subscriber.on('smessageBuffer', (_channel: Buffer, frame: Buffer) => {
      kinds.push(frame[1]);
      const request = decodeEnvelope(frame);
      if (request.kind !== 'request') return;
      const reply = encodeReply(request.id, echo.response.encode({ text: 'x', by: 'old' }));
      void control.spublish(request.replyTo, reply);
    });
    await subscriber.ssubscribe(instanceChannel('location', 'old'));

    const askTraced = () => asker.tracer.span('question', {}, () => ask(asker.bus));
    await askTraced();
    expect(kinds).toEqual([0]);
    // Replaced by one that can.
    await control.zadd(traceReadersKey('location'), inAMinute, 'old');
    await eventually(async () => {
      await askTraced();
      expect(kinds.at(-1)).toBe(3);
    });
    // Outside of a trace nothing is said of one.
    await ask(asker.bus);
    expect(kinds.at(-1)).toBe(0);
  });
});
