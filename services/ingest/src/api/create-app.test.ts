import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Rpc } from '@nearby-friends/bus';
import { PROBLEM_TYPE } from '@nearby-friends/protocol';
import { type Clock, Metrics, noTracer, silentLogger, systemClock } from '@nearby-friends/service-kit';
import { createIngestMetrics } from '../metrics/ingest-metrics.ts';
import { Reporters } from '../reporting/reporter.ts';
import { appRoutes } from './app-routes.ts';
import { createApp } from './create-app.ts';

const BURST = 120;
const KNOWN = new Set(['phone', 'tablet'].map((secret) => createHash('sha256').update(secret).digest('hex')));

let now: number;
let outcomes: Record<string, number>;
let server: Server;
let lookups: number;

beforeEach(async () => {
  now = 0;
  // Look-ups are gathered for some ms.
  const clock: Clock = { ...systemClock, now: () => now };
  outcomes = {};
  lookups = 0;
  const call = async (_: unknown, { devices }: { devices: { secretHash: string }[] }) => {
    lookups += devices.length;
    return {
      devices: devices.map(({ secretHash }) =>
        KNOWN.has(secretHash) ? { user: 'ann', id: 'device', staysVisibleSeconds: 600 } : null,
      ),
    };
  };
  const reporters = new Reporters({ rpc: { call: call as unknown as Rpc['call'] }, verifier: {} as never, clock });
  const count = ({ outcome }: { outcome: string }) => {
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  };
  const unused = {} as never;
  const app = createApp({
    routes: appRoutes(reporters),
    // What reports it has no position in it.
    intake: { arrival: () => ({}) } as never,
    friends: unused,
    movements: unused,
    cards: unused,
    locationRequests: unused,
    metrics: {
      ...createIngestMetrics(new Metrics()),
      reports: { inc: count },
    } as never,
    tracer: noTracer,
    clock,
    logger: silentLogger,
  });
  server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
});

afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});

const SECRET_HEADERS: Record<string, (secret: string) => string> = {
  '/api/v1/owntracks': (secret) => `Basic ${Buffer.from(`ann:${secret}`).toString('base64')}`,
  '/api/v1/ingest/overland': (secret) => `Bearer ${secret}`,
  '/api/v1/positions': (secret) => `Bearer ${secret}`,
};
const TRACCAR = '/api/v1/ingest/traccar';

const report = (path: string, body: string, headers: Record<string, string> = {}) =>
  fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`, { method: 'POST', body, headers });
/** Has no position, so that nothing is recorded. */
const reportOf = (secret: string, path = TRACCAR, spaces = 0) => {
  const authorization = SECRET_HEADERS[path]?.(secret).replace(' ', ' '.repeat(1 + spaces));
  return report(path, JSON.stringify({ device_id: secret }), authorization === undefined ? {} : { authorization });
};
const statusesOf = async (secret: string, count: number, path = TRACCAR) => {
  const replies = await Promise.all(Array.from({ length: count }, (_, index) => reportOf(secret, path, index)));
  return replies.map(({ status }) => status);
};
const numberOf = (status: number, statuses: readonly number[]) => statuses.filter((one) => one === status).length;

describe('reports of one secret', () => {
  it.each([TRACCAR, '/api/v1/owntracks', '/api/v1/ingest/overland'])(
    '[I3] are limited however they tell it, and told to come again as by nginx: %s',
    async (path) => {
      const statuses = await statusesOf('phone', 200, path);
      expect([numberOf(200, statuses), numberOf(503, statuses)]).toEqual([BURST, 200 - BURST]);
      const refused = await reportOf('phone', path);
      expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '2']);
      expect(refused.headers.get('content-type')).toContain(PROBLEM_TYPE);
      expect(await refused.json()).toMatchObject({ code: 'unavailable', retryable: true });
      expect((await reportOf('tablet', path)).status).toBe(200);
      expect(outcomes).toMatchObject({ rate_limited: 200 - BURST + 1 });
    },
  );

  it('are limited at the generic path as by nginx', async () => {
    const statuses = await statusesOf('phone', BURST + 5, '/api/v1/positions');
    expect([numberOf(400, statuses), numberOf(429, statuses)]).toEqual([BURST, 5]);
    expect((await reportOf('phone', '/api/v1/positions')).headers.get('retry-after')).toBe('5');
  });

  it('may go on a second later', async () => {
    await statusesOf('phone', BURST + 1);
    now += 1_000;
    expect((await statusesOf('phone', 2)).sort()).toEqual([200, 503]);
  });

  it('are limited with a wrong secret too, before it is looked up', async () => {
    const statuses = await statusesOf('wrong', BURST + 30);
    expect([numberOf(401, statuses), lookups]).toEqual([BURST, BURST]);
  });
});

it('a report to Traccar that names no device is refused, also one that cannot be read', async () => {
  for (const body of ['{', '{}']) expect((await report(TRACCAR, body)).status).toBe(401);
});
