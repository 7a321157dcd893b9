import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createDatabase, findFreePort, type Postgres, startPostgres } from '@nearby-friends/local-stack';
import { Client } from 'pg';
import { applyMigrations } from './apply-migrations.ts';
import { MIGRATIONS_FOLDER, readMigrations } from './read-migrations.ts';

let server: Postgres;
let databaseUrl: string;
let folder: string;

beforeAll(async () => {
  server = await startPostgres();
});
afterAll(async () => {
  await server?.stop();
});
beforeEach(async () => {
  databaseUrl = (await createDatabase(server.url)).url;
  folder = await mkdtemp(path.join(tmpdir(), 'migrations-'));
  await cp(MIGRATIONS_FOLDER, folder, { recursive: true });
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

async function query(sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

async function addMigration(name: string, sql: string): Promise<void> {
  await cp(path.join(folder, await firstName()), path.join(folder, name), { recursive: true });
  await writeFile(path.join(folder, name, 'migration.sql'), sql);
}

async function firstName(): Promise<string> {
  return (await readMigrations(folder))[0]?.name ?? '';
}

describe('applying migrations', () => {
  it('applies everything once, reports it, and records it as Prisma does', async () => {
    const lines: string[] = [];
    const report = (line: string) => lines.push(line);
    const all = await readMigrations(folder);
    expect(await applyMigrations({ databaseUrl, folder, report })).toEqual(all.map(({ name }) => name));
    expect(await applyMigrations({ databaseUrl, folder, report })).toEqual([]);
    expect(lines).toContain(`Applying ${all[0]?.name} …`);
    expect(lines.at(-1)).toMatch(/^The database is up to date/);
    const books = await query(`
      SELECT migration_name AS name, checksum, applied_steps_count AS steps, finished_at >= started_at AS finished,
        rolled_back_at, logs FROM _prisma_migrations ORDER BY name`);
    expect(books).toEqual(
      all.map(({ name, checksum }) => ({ name, checksum, steps: 1, finished: true, rolled_back_at: null, logs: null })),
    );
  });

  it('lets one work and the others wait when several run at once', async () => {
    const all = await readMigrations(folder);
    const applied = await Promise.all(Array.from({ length: 5 }, () => applyMigrations({ databaseUrl, folder })));
    expect(applied.flat()).toEqual(all.map(({ name }) => name));
  });

  it('refuses an applied migration that was changed, with the remedy', async () => {
    await applyMigrations({ databaseUrl, folder });
    await writeFile(path.join(folder, await firstName(), 'migration.sql'), 'SELECT 1;');
    await expect(applyMigrations({ databaseUrl, folder })).rejects.toThrow(
      /was changed after.*Restore its migration\.sql/s,
    );
  });

  it('applies nothing of a migration that fails, and the corrected one later', async () => {
    await applyMigrations({ databaseUrl, folder });
    await addMigration('20990101000000_broken', 'CREATE TABLE half (id int); SELECT broken;');
    await expect(applyMigrations({ databaseUrl, folder })).rejects.toThrow(
      /20990101000000_broken failed and was rolled back/,
    );
    expect(await query(`SELECT to_regclass('half') AS half`)).toEqual([{ half: null }]);
    await addMigration('20990101000000_broken', 'CREATE TABLE half (id int);');
    expect(await applyMigrations({ databaseUrl, folder })).toEqual(['20990101000000_broken']);
  });

  it('works on a database that a newer build has already migrated', async () => {
    await addMigration('20990101000000_newer', 'CREATE TABLE newer (id int);');
    await applyMigrations({ databaseUrl, folder });
    await rm(path.join(folder, '20990101000000_newer'), { recursive: true });
    const lines: string[] = [];
    expect(await applyMigrations({ databaseUrl, folder, report: (line) => lines.push(line) })).toEqual([]);
    expect(lines).toContain('The database already has 20990101000000_newer, which this build does not know.');
  });

  it('reports an unreachable server without the password', async () => {
    const absent = `postgresql://someone:secret@127.0.0.1:${await findFreePort()}/x`;
    const failure = applyMigrations({ databaseUrl: absent, folder, waitSeconds: 0 });
    await expect(failure).rejects.toThrow(/did not respond within 0 s.*Start it, or correct DATABASE_URL/);
    await expect(failure).rejects.not.toThrow(/secret/);
  });

  it('does not wait when the database does not exist', async () => {
    const missing = new URL(databaseUrl);
    missing.pathname = '/missing';
    await expect(applyMigrations({ databaseUrl: missing.href, folder })).rejects.toThrow(/Create that database/);
  });
});
