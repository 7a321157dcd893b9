/** One user's requests do not take the database from all others. */
import { describe, expect, it } from '@jest/globals';
import { parseUserId, setRadius } from '@nearby-friends/protocol';
import { eventually } from '@nearby-friends/testing/eventually';
import { Client } from 'pg';
import { useFriendGraph } from '../friend-graph.testing.ts';
import { call, expectProblem, signIn } from './call-api.testing.ts';

const services = useFriendGraph();
const { database } = services;

describe('[A6] a user who sends many requests', () => {
  it('gets 429 with Retry-After beyond the rate, over HTTP and over a socket, and others do not', async () => {
    const service = await services.start({ USER_REQUESTS_PER_MINUTE: '3' });
    const token = await signIn(service, 'ann');
    for (let i = 0; i < 3; i++) expect((await call(service, 'GET', '/me', { token })).status).toBe(200);
    const refused = await call(service, 'GET', '/me', { token });
    expectProblem(refused, 429, 'rate_limited');
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    const gateway = await services.connectGateway();
    const setting = gateway.rpc.call(setRadius, { user: parseUserId('ann'), radiusMeters: 500 });
    await expect(setting).rejects.toMatchObject({ code: 'rate_limited', retryable: true });
    expect((await call(service, 'GET', '/me', { token: await signIn(service, 'ben') })).status).toBe(200);
  });

  it('takes only a few connections of the pool, however many writes wait, and others are served meanwhile', async () => {
    const service = await services.start({
      DATABASE_POOL_SIZE: '6',
      DATABASE_TIMEOUT_MS: '20000',
      USER_CONCURRENT_REQUESTS: '2',
    });
    const [ann, ben] = [await signIn(service, 'ann'), await signIn(service, 'ben')];
    await call(service, 'GET', '/me', { token: ann });
    const blocker = new Client({ connectionString: database.url });
    await blocker.connect();
    await blocker.query(`BEGIN`);
    await blocker.query(`SELECT 1 FROM users WHERE id = 'ann' FOR UPDATE`);
    const writes = Array.from({ length: 60 }, (_, i) =>
      call(service, 'PATCH', '/me', { token: ann, json: { displayName: `Ann ${i}` } }),
    );
    const waiting = async () => {
      const sql = `SELECT count(*)::int AS count FROM pg_stat_activity WHERE wait_event_type = 'Lock'`;
      return (await database.query<{ count: number }>(sql))[0]?.count;
    };
    await eventually(async () => expect(await waiting()).toBe(2));
    for (let i = 0; i < 5; i++) expect((await call(service, 'GET', '/me', { token: ben })).status).toBe(200);
    expect(await waiting()).toBeLessThanOrEqual(2);
    await blocker.query('ROLLBACK');
    await blocker.end();
    expect(new Set((await Promise.all(writes)).map(({ status }) => status))).toEqual(new Set([200]));
  });
});
