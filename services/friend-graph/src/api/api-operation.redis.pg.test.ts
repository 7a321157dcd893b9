import { describe, expect, it } from '@jest/globals';
import { eventually } from '@nearby-friends/testing/eventually';
import { useFriendGraph } from '../friend-graph.testing.ts';
import { call, expectProblem, signIn, tokenOf } from './call-api.testing.ts';

const services = useFriendGraph();
const { database } = services;

describe('while PostgreSQL is unavailable', () => {
  it('responds 503 with Retry-After within the timeout, is not ready, and recovers', async () => {
    const service = await services.start({ DATABASE_TIMEOUT_MS: '300' });
    const token = await signIn(service, 'ann');
    const ready = async () => (await fetch(`${service.opsUrl}/ready`)).status;
    await eventually(async () => expect(await ready()).toBe(200));
    await database.takeAway();
    const response = await call(service, 'GET', '/me', { token });
    expectProblem(response, 503, 'unavailable');
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
    await eventually(async () => expect(await ready()).toBe(503));
    await database.bringBack();
    await eventually(async () => expect((await call(service, 'GET', '/me', { token })).status).toBe(200));
    await eventually(async () => expect(await ready()).toBe(200));
  });

  it('[O1] is not ready on a read-only server, although reads succeed', async () => {
    const service = await services.start();
    const name = new URL(database.url).pathname.slice(1);
    await database.query(`ALTER DATABASE "${name}" SET default_transaction_read_only = on`);
    // New connections have the setting; existing ones are terminated, as in a failover.
    await database.query(
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = $1',
      [name],
    );
    await eventually(async () => {
      const response = await fetch(`${service.opsUrl}/ready`);
      expect([response.status, await response.text()]).toEqual([503, expect.stringContaining('postgresql')]);
    });
    expect((await call(service, 'GET', '/friends', { token: await tokenOf('ann') })).status).toBe(200);
    expectProblem(await call(service, 'POST', '/dev/tokens', { json: { userId: 'new' } }), 503, 'unavailable');
  });
});

it('[O3] responds to the probes of nginx, which are no calls: none is logged or counted', async () => {
  const service = await services.start();
  const { origin } = new URL(service.apiUrl);
  expect((await fetch(`${origin}/probe`)).status).toBe(204);
  await signIn(service, 'ann');
  const requests = () => service.logLines.map((line) => JSON.parse(line)).filter(({ msg }) => msg === 'request');
  await eventually(() => expect(requests()).toHaveLength(1));
  expect(await (await fetch(`${service.opsUrl}/metrics`)).text()).not.toMatch(/nearby_api_requests_total{.*unknown/);
});

describe('the log', () => {
  it('has a line per request with the route pattern, and neither token nor query', async () => {
    const service = await services.start();
    const token = await signIn(service, 'ann');
    await call(service, 'GET', '/friends?limit=7', { token });
    await call(service, 'PATCH', '/me', { token, json: { displayName: 'Ann Example' } });
    await call(service, 'GET', '/me', { token: 'bad-token' });
    const requests = () => service.logLines.map((line) => JSON.parse(line)).filter(({ msg }) => msg === 'request');
    await eventually(() => expect(requests()).toHaveLength(4));
    const [info, debug] = [30, 20];
    expect(requests()).toEqual([
      expect.objectContaining({
        level: info,
        method: 'POST',
        route: '/api/v1/dev/tokens',
        status: 201,
        ms: expect.any(Number),
      }),
      expect.objectContaining({ level: debug, method: 'GET', route: '/api/v1/friends', status: 200 }),
      expect.objectContaining({ level: info, method: 'PATCH', route: '/api/v1/me', status: 200 }),
      expect.objectContaining({ level: info, method: 'GET', route: '/api/v1/me', status: 401 }),
    ]);
    const log = service.logLines.join('');
    for (const secret of [token, 'bad-token', 'limit=7', 'Ann Example']) expect(log).not.toContain(secret);
  });
});
