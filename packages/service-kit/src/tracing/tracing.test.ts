import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { CodedError, MalformedMessageError } from '@nearby-friends/protocol';
import { eventually } from '@nearby-friends/testing/eventually';
import { TraceCollector } from '@nearby-friends/testing/trace-collector';
import { createLogger, silentLogger } from '../logging/logger.ts';
import { startTracing } from './start-tracing.ts';
import { decodeTraceContext, encodeTraceContext } from './trace-context.ts';
import { noTracer, type SpanAttributes, type Tracer } from './tracer.ts';

const collector = new TraceCollector();
beforeAll(() => collector.start());
afterAll(() => collector.stop());
beforeEach(() => {
  collector.spans.length = 0;
});

async function start(share = 1, endpoint = collector.url, logger = silentLogger) {
  const { tracer, components } = await startTracing({
    config: { otlpEndpoint: endpoint, otlpHeaders: ['authorization=Basic a=b'], traceShare: share },
    service: 'service-of-test',
    replicaName: 's1',
    logger,
  });
  return { tracer, send: async () => components[0]?.stop?.() };
}

/** `parent > name` of everything that was sent. */
function tree(): string[] {
  const nameOf = (id: string) => collector.spans.find(({ spanId }) => spanId === id)?.name ?? 'root';
  return collector.spans.map(({ parentSpanId, name }) => `${nameOf(parentSpanId)} > ${name}`).sort();
}

const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve));

async function nested(tracer: Tracer): Promise<string> {
  return tracer.span('outer', {}, async () => {
    await nextTurn();
    await Promise.all([tracer.step('left', {}, nextTurn), tracer.step('right', {}, nextTurn)]);
    return tracer.span('inner', {}, async (span) => {
      span.describe({ 'friends.count': 3 });
      return 'result';
    });
  });
}

describe('a tracer', () => {
  it('sends spans with their parents, across asynchronous calls', async () => {
    const { tracer, send } = await start();
    expect(await nested(tracer)).toBe('result');
    await send();
    expect(tree()).toEqual(['outer > inner', 'outer > left', 'outer > right', 'root > outer']);
    expect(new Set(collector.spans.map(({ traceId }) => traceId)).size).toBe(1);
    expect(collector.spans[0]).toMatchObject({ service: 'service-of-test' });
    expect(collector.spans.find(({ name }) => name === 'inner')?.attributes).toEqual({ 'friends.count': 3 });
    expect(collector.received.at(-1)).toContain('"authorization":"Basic a=b"');
  });

  it('continues a trace context from another process', async () => {
    const { tracer, send } = await start();
    const carried = await tracer.span('client', {}, async () => tracer.carry());
    await tracer.span('server', { parent: carried ?? 'none' }, nextTurn);
    await tracer.span('of its own', { parent: 'none' }, nextTurn);
    expect(tracer.carry()).toBe(null);
    await send();
    expect(tree()).toEqual(['client > server', 'root > client', 'root > of its own']);
  });

  it('keeps a share of the traces, each complete, and carries only those', async () => {
    const { tracer, send } = await start(0);
    await nested(tracer);
    expect(await tracer.span('not kept', {}, async () => tracer.carry())).toBe(null);
    await tracer.span('kept', { share: 1 }, () => tracer.step('its part', {}, nextTurn));
    await send();
    expect(tree()).toEqual(['kept > its part', 'root > kept']);
  });

  it('records no step outside of a trace', async () => {
    const { tracer, send } = await start();
    await tracer.step('alone', {}, nextTurn);
    await send();
    expect(collector.spans).toEqual([]);
  });

  it('records the code of an error, never its message, and no private attribute values', async () => {
    const { tracer, send } = await start();
    const fail = (error: unknown) => tracer.span('fails', {}, () => Promise.reject(error)).catch(() => undefined);
    await fail(new CodedError('unavailable', 'secret 41.8781'));
    await fail(new TypeError('secret'));
    await fail('secret');
    const smuggled = { 'http.route': '/at/41.878113', token: 'secret' } as SpanAttributes;
    await tracer.span('smuggles', { attributes: smuggled }, nextTurn);
    await send();
    expect(collector.spans.map(({ attributes }) => attributes)).toEqual([
      { 'error.type': 'unavailable' },
      { 'error.type': 'TypeError' },
      { 'error.type': 'unknown' },
      { 'http.route': '/at/[private]', token: '[private]' },
    ]);
    expect(collector.received.at(-1)).not.toMatch(/secret|41\.87/);
  });

  it('logs a failing export once and does not delay the stop', async () => {
    const lines: string[] = [];
    const destination = { write: (line: string) => void lines.push((JSON.parse(line) as { msg: string }).msg) };
    const logger = createLogger({ service: 's', replicaName: 'i', level: 'info', destination });
    const { tracer, send } = await start(1, 'http://127.0.0.1:1', logger);
    await nested(tracer);
    await eventually(() => expect(lines).toEqual(['trace export failed']));
    await nested(tracer);
    await send();
    expect(lines).toHaveLength(1);
  });
});

describe('without a collector', () => {
  it('the tracer only runs the work', async () => {
    const { tracer } = await start(1, '');
    expect(tracer).toBe(noTracer);
    expect(await nested(tracer)).toBe('result');
    expect(tracer.begin('x').run(() => tracer.carry())).toBe(null);
  });
});

describe('the trace context', () => {
  it('survives encoding, and is refused when cut short', () => {
    const context = { traceId: '0123456789abcdef'.repeat(2), spanId: 'fedcba9876543210', flags: 1 };
    const bytes = encodeTraceContext(context);
    expect(decodeTraceContext(bytes)).toEqual(context);
    expect(() => decodeTraceContext(bytes.subarray(1))).toThrow(MalformedMessageError);
  });
});
