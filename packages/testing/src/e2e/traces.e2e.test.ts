/** A sign-on is one trace through all services, and so is a position; nothing in them says who or where. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type CollectedSpan, TraceCollector } from '../observability/trace-collector.ts';
import { eventually } from '../plain/eventually.ts';
import { FERRY_BUILDING, north } from '../plain/places.ts';
import { ApiClient } from '../stack/api-client.ts';
import { Deployment } from '../stack/deployment.ts';

const collector = new TraceCollector();
let deployment: Deployment;
/** Spans leave every 2 s. */
const SENT_WITHIN_MS = 8_000;
const PATIENCE_MS = 40_000;

const SIGN_ON = [
  'friend-graph: postgresql < friend-graph: serve friends-of',
  'friend-graph: serve friends-of < gateway: call friends-of',
  'gateway: call friends-of < gateway: read the friends',
  'gateway: call read-active < gateway: read which of them are active',
  'gateway: call read-active < gateway: subscribe them and read them again',
  'gateway: read the friends < gateway: sign-on',
  'gateway: read which of them are active < gateway: sign-on',
  'gateway: sign-on < root',
  'gateway: subscribe the inbox < gateway: sign-on',
  'gateway: subscribe them and read them again < gateway: sign-on',
  'gateway: wait for the own position to be recorded < gateway: sign-on',
  'location: serve read-active < gateway: call read-active',
];

beforeAll(async () => {
  await collector.start();
  const traced = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_EXPORTER_OTLP_HEADERS: 'x-tenant=the tests' };
  deployment = new Deployment({ env: { all: { ...traced, TRACE_POSITION_SHARE: '1' } } });
  await deployment.start();
}, 120_000);
afterAll(async () => {
  await deployment.stop();
  await collector.stop();
}, 60_000);

/** One line per span: its service and name, and those of its parent. */
function shape(spans: readonly CollectedSpan[]): string[] {
  const byId = new Map(spans.map((span) => [span.spanId, span]));
  const say = (span: CollectedSpan | undefined) => (span ? `${span.service}: ${span.name}` : 'nothing');
  const lines = spans.map((span) => `${say(span)} < ${span.parentSpanId ? say(byId.get(span.parentSpanId)) : 'root'}`);
  return [...new Set(lines)].sort();
}

describe('with OTEL_EXPORTER_OTLP_ENDPOINT', () => {
  it('a sign-on is one connected trace across gateway, friend-graph and location', async () => {
    await deployment.befriend(['trace-ann', 'trace-bob']);
    const bob = await deployment.signIn('trace-bob', { gateway: 1 });
    await bob.report(north(FERRY_BUILDING, 50));
    await eventually(() => expect(bob.snapshots).toBe(1));
    // More than once: bob may be announced while ann reads, and then his entry is read outside of her trace.
    await eventually(async () => {
      const ann = await deployment.signIn('trace-ann', { gateway: 0 });
      const { id } = ann.socket;
      await ann.report(FERRY_BUILDING);
      await eventually(() => expect(ann.friendIds).toEqual(['trace-bob']));
      ann.close();
      await eventually(() => expect(shape(collector.traceOfSession(id))).toEqual(SIGN_ON), SENT_WITHIN_MS);
    }, PATIENCE_MS);
    expect(collector.received[0]).toMatch(/^\/v1\/traces .*"x-tenant":"the tests"/);
  }, 60_000);

  it('a position that makes a user active is one from the gateway to the announcement', async () => {
    await deployment.befriend(['trace-cid', 'trace-dan']);
    const cid = await deployment.signIn('trace-cid', { gateway: 0 });
    await cid.report(FERRY_BUILDING);
    await eventually(() => {
      const announcements = collector.spans.filter(({ name }) => name === 'serve announce-active');
      expect(announcements.map((span) => shape(collector.traceOf(span)))).toContainEqual([
        'friend-graph: postgresql < friend-graph: serve announce-active',
        'friend-graph: serve announce-active < location: call announce-active',
        'gateway: call record-positions < gateway: positions',
        'gateway: positions < root',
        'location: call announce-active < location: serve record-positions',
        'location: serve record-positions < gateway: call record-positions',
      ]);
    }, PATIENCE_MS);
  }, 60_000);

  it('an API call is one, by its route; what a client says about traces counts for nothing', async () => {
    const api = new ApiClient(deployment);
    await api.request('trace-ann', 'GET', '/friends?limit=5');
    await fetch(`${deployment.url}/api/v1/friends/trace-bob`, {
      method: 'DELETE',
      headers: { traceparent: `00-${'ab'.repeat(16)}-${'cd'.repeat(8)}-01` },
    });
    await eventually(() => {
      const calls = collector.spans.filter(({ service, parentSpanId }) => service === 'friend-graph' && !parentSpanId);
      expect(calls.map(({ name, attributes }) => [name, attributes['http.response.status_code']])).toEqual(
        expect.arrayContaining([
          ['GET /api/v1/friends', 200],
          ['DELETE /api/v1/friends/{id}', 401],
        ]),
      );
    }, PATIENCE_MS);
    expect(collector.spans.map(({ traceId }) => traceId)).not.toContain('ab'.repeat(16));
  }, 60_000);

  it('nothing says who or where', () => {
    const everything = collector.received.join('\n');
    expect(everything).toContain('serve friends-of');
    for (const secret of ['trace-ann', 'trace-bob', 'trace-cid', 'eyJ', '37.79', '122.39']) {
      expect([secret, everything.includes(secret)]).toEqual([secret, false]);
    }
  });
});
