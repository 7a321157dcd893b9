import { describe, expect, it } from '@jest/globals';
import { ERASURE_RACES } from '@nearby-friends/testing/tiers';
import { type FriendGraphOfTest, useFriendGraph } from '../friend-graph.testing.ts';
import { call, expectProblem, signIn, tokenOf } from './call-api.testing.ts';
import { useLocation } from './location.testing.ts';

const locations = useLocation();
const services = useFriendGraph();
const { database } = services;

async function start(): Promise<FriendGraphOfTest> {
  await locations.start(services.redis.url);
  // A loaded machine must not turn the calls away that are to race.
  return await services.start({ DATABASE_TIMEOUT_MS: '30000' });
}

/** Rows that name a user whose id begins with `prefix`, by table. */
async function rowsNaming(prefix: string): Promise<string[]> {
  const tables = await database.query<{ name: string }>(
    `SELECT table_name AS name FROM information_schema.tables
     WHERE table_schema = 'public' AND table_name <> '_prisma_migrations'`,
  );
  expect(tables.length).toBeGreaterThanOrEqual(8);
  const found: string[] = [];
  for (const { name } of tables) {
    const rows = await database.query<{ row: string }>(
      `SELECT t::text AS row FROM "${name}" AS t WHERE t::text LIKE '%${prefix}%'`,
    );
    found.push(...rows.map(({ row }) => `${name}: ${row}`));
  }
  return found;
}

/** What a user's devices may have on its way while the account is erased. */
const CALLS: readonly [method: string, path: string, json?: object][] = [
  ['PATCH', '/me', { displayName: 'still here' }],
  ['PATCH', '/me', { radiusMeters: 500 }],
  ['GET', '/me'],
  ['PUT', '/me/sharing', { paused: true }],
  ['POST', '/friend-requests', { to: 'somebody' }],
  ['POST', '/blocks', { userId: 'somebody-else' }],
  ['DELETE', '/friends/somebody'],
  ['POST', '/me/devices', { name: 'leaver-phone' }],
  ['PATCH', '/me', { displayName: 'here again' }],
];

describe('[G2] erasure', () => {
  it('wins over every call that was authenticated before it, so that nothing is left', async () => {
    const service = await start();
    let refused = 0;
    const race = async (i: number) => {
      const token = await signIn(service, `leaver-${i}`);
      const erasing = call(service, 'DELETE', '/me', { token });
      const racing = CALLS.map(([method, path, json]) => call(service, method, path, { token, ...(json && { json }) }));
      expect((await erasing).status).toBe(204);
      for (const response of await Promise.all(racing)) {
        // It came before the erasure, or the database was too busy for it.
        if (response.status < 300 || response.status === 503) continue;
        expectProblem(response, 401, 'account_erased');
        refused++;
      }
    };
    const AT_ONCE = 4;
    for (let i = 0; i < ERASURE_RACES; i += AT_ONCE) {
      await Promise.all(Array.from({ length: Math.min(AT_ONCE, ERASURE_RACES - i) }, (_, k) => race(i + k)));
    }
    expect(await rowsNaming('leaver-')).toEqual([]);
    // Otherwise no call met an erasure, and nothing was tried.
    expect(refused).toBeGreaterThan(0);
  }, 600_000);

  it.each(['known', 'unknown'])(
    'is waited for by a call that was authenticated before it, of a user who is %s',
    async (kind) => {
      const service = await start();
      const token = kind === 'known' ? await signIn(service, 'leaver') : await tokenOf('leaver', Date.now());
      // The erasure has deleted everything and waits for this row: it is not committed. A lock of the whole table would
      // also hold the housekeeping, which begins at the start of the service.
      const holder = await database.hold(
        `INSERT INTO token_revocations (user_hash, before) VALUES (sha256('leaver'), to_timestamp(0))`,
      );
      const erasing = call(service, 'DELETE', '/me', { token });
      await database.untilWaiting(1);
      const patching = call(service, 'PATCH', '/me', { token, json: { displayName: 'back' } });
      await database.untilWaiting(2);
      await holder.release();
      expect((await erasing).status).toBe(204);
      expectProblem(await patching, 401, 'account_erased');
      expect(await rowsNaming('leaver')).toEqual([]);
    },
  );

  it('makes tokens issued before void for ever, and one issued later begins a new account', async () => {
    const service = await start();
    const token = await signIn(service, 'ann');
    await call(service, 'PATCH', '/me', { token, json: { displayName: 'Ann' } });
    expect((await call(service, 'DELETE', '/me', { token })).status).toBe(204);
    for (let time = 0; time < 2; time++) {
      expectProblem(await call(service, 'GET', '/me', { token }), 401, 'account_erased');
      const newer = await tokenOf('ann', Date.now());
      expect((await call(service, 'GET', '/me', { token: newer })).body).toMatchObject({ displayName: 'ann' });
    }
    // The repetition with the old token must not erase the new account.
    expectProblem(await call(service, 'DELETE', '/me', { token }), 401, 'account_erased');
  });
});
