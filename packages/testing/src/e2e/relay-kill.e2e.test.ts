/** A replica of friend-graph is killed at the two moments at which a change could be lost or published twice (G4). */
import { describe, expect, it } from '@jest/globals';
import { DEFAULT_REDIS_PREFIX } from '@nearby-friends/service-kit';
import { Redis } from 'ioredis';
import { Client } from 'pg';
import { eventually } from '../plain/eventually.ts';
import { FERRY_BUILDING, north } from '../plain/places.ts';
import { ApiClient } from '../stack/api-client.ts';
import { useDeployment } from '../stack/use-deployment.ts';

// One replica: what it leaves behind is found by its successor alone.
const deployment = useDeployment({ friendGraphs: 1 });
const api = new ApiClient(deployment);

async function seenBy(viewer: string, subject: string) {
  await deployment.befriend([viewer, subject]);
  const client = await deployment.signIn(viewer, { gateway: 0 });
  const other = await deployment.signIn(subject, { gateway: 1 });
  await client.reportUntilKept(FERRY_BUILDING);
  await other.reportUntilKept(north(FERRY_BUILDING, 100));
  await eventually(() => expect(client.friendIds).toEqual([subject]));
  return [client, other] as const;
}

async function withDatabase<T>(use: (database: Client) => Promise<T>): Promise<T> {
  const database = new Client({ connectionString: deployment.stack.databaseUrl });
  await database.connect();
  try {
    return await use(database);
  } finally {
    await database.end();
  }
}

async function outboxRows(): Promise<number> {
  const found = await withDatabase((database) =>
    database.query<{ rows: number }>('SELECT count(*)::int AS rows FROM outbox'),
  );
  return found.rows[0]?.rows ?? 0;
}

async function entriesOnTheStream(): Promise<number> {
  const redis = new Redis(deployment.stack.redisUrl, { keyPrefix: DEFAULT_REDIS_PREFIX });
  try {
    return await redis.xlen('graph-events');
  } finally {
    redis.disconnect();
  }
}

describe('[G4] friend-graph is killed', () => {
  it('between commit and relay: its successor relays the change', async () => {
    const [ann] = await seenBy('ann', 'ben');
    const [friendGraph] = deployment.stack.friendGraphs;
    // Nothing gets onto the stream, and the change stays behind.
    deployment.stack.redis?.pause();
    const call = api.request('ben', 'PUT', '/viewers/ann', { precision: 'hidden' }).catch(() => null);
    await eventually(async () => expect(await outboxRows()).toBe(1));
    friendGraph?.kill();
    deployment.stack.redis?.resume();
    await call;
    // Ann may be told by what it had sent to the paused Redis; the row stays until an instance removes it.
    expect(await outboxRows()).toBe(1);
    await friendGraph?.start();
    await eventually(async () => expect([ann.friendIds, await outboxRows()]).toEqual([[], 0]));
  }, 60_000);

  it('between relay and mark: the change is published twice and applied once', async () => {
    const [cid, dan] = await seenBy('cid', 'dan');
    const [friendGraph] = deployment.stack.friendGraphs;
    await withDatabase(async (database) => {
      await database.query(`
        CREATE FUNCTION linger() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(60); RETURN OLD; END';
        CREATE TRIGGER linger BEFORE DELETE ON outbox FOR EACH ROW EXECUTE FUNCTION linger();`);
      const before = await entriesOnTheStream();
      const call = api.request('dan', 'PUT', '/viewers/cid', { precision: 'hidden' }).catch(() => null);
      await eventually(async () => expect(await entriesOnTheStream()).toBe(before + 1));
      friendGraph?.kill();
      await call;
      // The killed replica's transaction ends with its connection, which the server has to notice.
      await database.query(
        'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()',
      );
      await database.query('DROP TRIGGER linger ON outbox; DROP FUNCTION linger()');
      await eventually(() => expect(cid.friendIds).toEqual([]));
      await friendGraph?.start();
      await eventually(async () => expect([await entriesOnTheStream(), await outboxRows()]).toEqual([before + 2, 0]));
    });
    expect(cid.friendIds).toEqual([]);
    await api.callUntilAccepted('dan', 'PUT', '/viewers/cid', { precision: 'exact' });
    // What dan reported before stays withheld (G7).
    await dan.report(north(FERRY_BUILDING, 100));
    await eventually(() => expect(cid.friendIds).toEqual(['dan']));
  }, 60_000);
});
