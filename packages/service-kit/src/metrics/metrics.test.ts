import { describe, expect, it } from '@jest/globals';
import { Metrics } from './metrics.ts';

const textOf = (metrics: Metrics) => metrics.registry.metrics();

describe('metrics', () => {
  it('count with and without labels', async () => {
    const metrics = new Metrics();
    const plain = metrics.counter('positions_total', 'Positions.');
    plain.inc();
    plain.inc(4);
    const refused = metrics.counter('refused_total', 'Refused.', ['code']);
    refused.inc({ code: 'overloaded' });
    refused.inc({ code: 'overloaded' }, 2);
    refused.inc({ code: 'unauthorized' });
    const requests = metrics.counter('requests_total', 'Requests.', ['method', 'status']);
    requests.inc({ method: 'GET', status: 200 });
    requests.inc({ status: 200, method: 'GET' });
    requests.inc({ method: 'GET', status: 404 });
    expect(await textOf(metrics)).toBe(`# HELP positions_total Positions.
# TYPE positions_total counter
positions_total 5

# HELP refused_total Refused.
# TYPE refused_total counter
refused_total{code="overloaded"} 3
refused_total{code="unauthorized"} 1

# HELP requests_total Requests.
# TYPE requests_total counter
requests_total{method="GET",status="200"} 2
requests_total{method="GET",status="404"} 1
`);
  });

  it('read plain fields at each scrape and leave out unknown values', async () => {
    const metrics = new Metrics();
    const dropped = { older: 0, expired: 0 };
    let memory: number | null = null;
    metrics.countedBy('dropped_total', 'Dropped.', 'reason', () => dropped);
    metrics.counted('losses_total', 'Losses.', () => dropped.older + dropped.expired);
    metrics.gauge('memory_bytes', 'Memory.', () => memory);
    metrics.gaugeBy('connections', 'Connections.', 'transport', () => ({ polling: 1, websocket: 7 }));
    dropped.older += 3;
    const before = await textOf(metrics);
    expect(before).toContain('dropped_total{reason="older"} 3\ndropped_total{reason="expired"} 0\n');
    expect(before).toContain('\nlosses_total 3\n');
    expect(before).toContain('connections{transport="polling"} 1\nconnections{transport="websocket"} 7\n');
    expect(before).not.toMatch(/^memory_bytes/m);
    memory = 2048;
    expect(await textOf(metrics)).toMatch(/^memory_bytes 2048$/m);
    memory = null;
    expect(await textOf(metrics)).not.toMatch(/^memory_bytes /m);
  });

  it('report a gauge by several labels, without combinations that are gone', async () => {
    const metrics = new Metrics();
    let connections = [
      { labels: { transport: 'websocket', path: 'fast' }, value: 7 },
      { labels: { transport: 'websocket', path: 'plain' }, value: 2 },
    ];
    metrics.gaugeBy('connections', 'Connections.', ['transport', 'path'], () => connections);
    const text = await textOf(metrics);
    expect(text).toContain('connections{transport="websocket",path="fast"} 7\n');
    expect(text).toContain('connections{transport="websocket",path="plain"} 2\n');
    connections = connections.slice(0, 1);
    expect(await textOf(metrics)).not.toContain('path="plain"');
  });

  it('put observations into buckets: a bound counts below itself, and the last bucket holds all', async () => {
    const metrics = new Metrics();
    const sizes = metrics.histogram('batch_size', 'Sizes.', [1, 10]);
    for (const size of [0, 1, 2, 10, 11, 1_000]) sizes.observe(size);
    expect(await textOf(metrics)).toBe(`# HELP batch_size Sizes.
# TYPE batch_size histogram
batch_size_bucket{le="1"} 2
batch_size_bucket{le="10"} 4
batch_size_bucket{le="+Inf"} 6
batch_size_sum 1024
batch_size_count 6
`);
  });

  it('keep separate buckets for each label value', async () => {
    const metrics = new Metrics();
    const requests = metrics.latencyBy('request_seconds', 'Requests.', 'method');
    requests.labels('friends-of').observe(0.002);
    requests.labels('friends-of').observe(20);
    requests.labels('read-active').startTimer()();
    const text = await textOf(metrics);
    expect(text).toContain('request_seconds_bucket{le="0.001",method="friends-of"} 0\n');
    expect(text).toContain('request_seconds_bucket{le="0.0025",method="friends-of"} 1\n');
    expect(text).toContain('request_seconds_bucket{le="+Inf",method="friends-of"} 2\n');
    expect(text).toContain('request_seconds_count{method="friends-of"} 2\n');
    expect(text).toContain('request_seconds_count{method="read-active"} 1\n');
  });

  it('register a name once', () => {
    const metrics = new Metrics();
    metrics.counter('positions_total', 'Positions.');
    expect(() => metrics.gauge('positions_total', 'Positions.', () => 1)).toThrow(/positions_total/);
  });

  it('are described, by name', async () => {
    const metrics = new Metrics();
    metrics.latency('b_seconds', 'Second.');
    metrics.counter('a_total', 'First.', ['code']);
    expect(await metrics.describe()).toEqual([
      { name: 'a_total', type: 'counter', help: 'First.' },
      { name: 'b_seconds', type: 'histogram', help: 'Second.' },
    ]);
    metrics.collectProcess();
    expect((await metrics.describe()).map(({ name }) => name)).toContain('nodejs_eventloop_lag_seconds');
  });
});
