import { describe, expect, it } from '@jest/globals';
import { useDatabase } from '../database.testing.ts';

const database = useDatabase();

describe('the database', () => {
  it('[G4] commits durably on every connection, whatever the server is set to', async () => {
    await database.query(`ALTER SYSTEM SET synchronous_commit = off`);
    await database.query('SELECT pg_reload_conf()');
    const asks = Array.from({ length: 8 }, () => database.opened.client.$queryRaw`SHOW synchronous_commit`);
    expect(await Promise.all(asks)).toEqual(Array(8).fill([{ synchronous_commit: 'on' }]));
    expect(database.opened.load.connections()).toBeGreaterThan(1);
  });
});
