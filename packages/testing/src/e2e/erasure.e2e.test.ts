/** Accounts that are erased while their devices go on: nothing comes back. */
import { describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { Client } from 'pg';
import { eventually } from '../plain/eventually.ts';
import { FERRY_BUILDING, north } from '../plain/places.ts';
import { ERASURE_RACES } from '../plain/tiers.ts';
import { ApiClient } from '../stack/api-client.ts';
import { useDeployment } from '../stack/use-deployment.ts';

const AT_ONCE = 10;
/** Between two reports of a device: erasures meet every state of the gateway's uplink. */
const REPORT_EVERY_MS = 20;

const deployment = useDeployment();
const api = new ApiClient(deployment);

/** Keys of positions and rows that name a user whose id begins with `prefix`. */
async function tracesOf(prefix: string): Promise<string[]> {
  const database = new Client({ connectionString: deployment.stack.databaseUrl });
  const redis = new Redis(deployment.stack.redisUrl);
  await database.connect();
  try {
    const tables = await database.query<{ name: string }>(
      "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'",
    );
    const traces = (await redis.keys(`*${prefix}*`)).filter((key) => !/^[^:]+:(inbox|all-devices)/.test(key));
    for (const { name } of tables.rows) {
      const found = await database.query(`SELECT FROM "${name}" AS row WHERE row::text LIKE '%${prefix}%'`);
      if (found.rowCount) traces.push(`${found.rowCount} rows of ${name}`);
    }
    return traces;
  } finally {
    redis.disconnect();
    await database.end();
  }
}

describe('[G2] [A2] an account that is erased while its devices report and call', () => {
  it('leaves nothing, and every connected device is told that this is final', async () => {
    const race = async (i: number) => {
      const user = `leaver-${i}`;
      const devices = [await deployment.signIn(user, { gateway: 0 }), await deployment.signIn(user, { gateway: 1 })];
      const told: unknown[] = [];
      for (const device of devices) device.socket.on('connection:closing', ({ code }) => told.push(code));
      const reporting = devices.map((device, k) =>
        setInterval(() => {
          if (device.socket.connected) device.report(north(FERRY_BUILDING, k)).catch(() => undefined);
        }, REPORT_EVERY_MS),
      );
      try {
        for (const device of devices) await device.report(FERRY_BUILDING);
        const calls = [1, 2, 3].map((n) => api.request(user, 'PATCH', '/me', { displayName: `still here ${n}` }));
        // A loaded system may say 503; the same call then confirms the erasure.
        await api.callUntilAccepted(user, 'DELETE', '/me');
        await Promise.all(calls);
        await eventually(() => expect(told).toEqual(['account_erased', 'account_erased']));
      } finally {
        for (const timer of reporting) clearInterval(timer);
        for (const device of devices) device.close();
      }
    };
    for (let i = 0; i < ERASURE_RACES; i += AT_ONCE) {
      await Promise.all(Array.from({ length: Math.min(AT_ONCE, ERASURE_RACES - i) }, (_, k) => race(i + k)));
    }
    // A row leaves the outbox after its change is published.
    await eventually(async () => expect(await tracesOf('leaver-')).toEqual([]));
  }, 1_200_000);

  it('refuses the old token by every way, and a later one begins a new account', async () => {
    const token = await deployment.token('returner');
    await api.call('returner', 'PATCH', '/me', { displayName: 'Before' });
    await api.call('returner', 'DELETE', '/me');
    const refused = deployment.client({ token }).connect();
    await expect(refused).rejects.toMatchObject({ data: { code: 'account_erased', retryable: false } });
    expect((await api.request('returner', 'GET', '/me')).body).toMatchObject({ code: 'account_erased' });
    const device = await deployment.signIn('returner');
    await device.reportUntilKept(FERRY_BUILDING);
    expect(await device.setRadius(500)).toEqual({ ok: true });
  });
});
