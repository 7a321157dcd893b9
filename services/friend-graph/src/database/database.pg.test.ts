import { describe, expect, it } from '@jest/globals';
import { Metrics, silentLogger } from '@nearby-friends/service-kit';
import { eventually } from '@nearby-friends/testing/eventually';
import { useDatabase } from './database.testing.ts';
import { openDatabase } from './database.ts';
import { createDatabaseMetrics, registerPoolGauges } from './database-metrics.ts';

const database = useDatabase();

describe('the database', () => {
  it('[G4] commits durably on every connection, whatever the server is set to', async () => {
    await database.query(`ALTER SYSTEM SET synchronous_commit = off`);
    await database.query('SELECT pg_reload_conf()');
    const results = Array.from({ length: 8 }, () => database.opened.client.$queryRaw`SHOW synchronous_commit`);
    expect(await Promise.all(results)).toEqual(Array(8).fill([{ synchronous_commit: 'on' }]));
    expect(database.opened.pool.connections()).toBeGreaterThan(1);
  });

  it('measures the duration and failures of operations, and whether it accepts writes', async () => {
    const metrics = new Metrics();
    const opened = openDatabase({
      databaseUrl: database.url,
      ...{ poolSize: 2, queryTimeoutMs: 2_000, connectTimeoutMs: 2_000, role: 'watched', logger: silentLogger },
      metrics: createDatabaseMetrics(metrics),
    });
    registerPoolGauges(metrics, opened.pool);
    const figures = async () =>
      (await metrics.registry.metrics()).match(/^nearby_database_(up|op\S+_(count|total\S*)) .*$/gm);
    expect(await figures()).toEqual(['nearby_database_operation_seconds_count 0', 'nearby_database_up 0']);
    await opened.component.start?.();
    await opened.readPrepared({ name: 'one', text: 'SELECT 1', values: [] });
    expect(await figures()).toEqual(['nearby_database_operation_seconds_count 2', 'nearby_database_up 1']);
    await database.takeAway();
    await expect(opened.readiness.check()).rejects.toMatchObject({
      message: expect.stringMatching(/^it (is starting or stopping|cannot be reached)$/),
      cause: { code: 'unavailable' },
    });
    expect(await figures()).toEqual([
      'nearby_database_operation_seconds_count 3',
      'nearby_database_operations_failed_total{code="unavailable"} 1',
      'nearby_database_up 0',
    ]);
    await database.bringBack();
    await eventually(() => opened.readiness.check());
    expect(await figures()).toContain('nearby_database_up 1');
    await opened.component.stop?.();
  });
});
