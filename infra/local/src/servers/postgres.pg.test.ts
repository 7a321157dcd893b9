/** PostgreSQL as tests and `npm start` use it: cloned databases, persistent data, an orderly stop. */
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { identifyProcess } from '../machine/process-identity.ts';
import { createDatabase, ensureDatabase } from './create-database.ts';
import { type Postgres, startPostgres } from './postgres.ts';

let postgres: Postgres;

beforeAll(async () => {
  postgres = await startPostgres();
}, 120_000);

afterAll(async () => {
  await postgres.stop();
});

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

describe('createDatabase', () => {
  it('copies a template with its rows; copies do not see each other', async () => {
    const template = await createDatabase(postgres.url);
    await query(template.url, 'CREATE TABLE person (name text); INSERT INTO person VALUES ($$alice$$)');
    const [one, two] = await Promise.all([
      createDatabase(postgres.url, { template: template.name }),
      createDatabase(postgres.url, { template: template.name }),
    ]);
    await query(one.url, 'INSERT INTO person VALUES ($$bob$$)');
    expect(await query(one.url, 'SELECT name FROM person ORDER BY name')).toEqual([{ name: 'alice' }, { name: 'bob' }]);
    expect(await query(two.url, 'SELECT name FROM person')).toEqual([{ name: 'alice' }]);
    await Promise.all([one, two, template].map((database) => database.drop()));
  });

  it('drops a database that has connections', async () => {
    const database = await createDatabase(postgres.url);
    const client = new pg.Client({ connectionString: database.url });
    const cut = new Promise<Error>((resolve) => client.on('error', resolve));
    await client.connect();
    await database.drop();
    expect((await cut).message).toMatch(/terminat/);
    await expect(query(database.url, 'SELECT 1')).rejects.toThrow('does not exist');
  });

  it('sorts by code point and keeps every character, on every machine', async () => {
    const rows = await query(
      postgres.url,
      "SELECT x FROM (VALUES ('b'), ('ä'), ('a'), ('B'), ('😀')) AS t(x) ORDER BY x",
    );
    expect(rows.map((row) => (row as { x: string }).x)).toEqual(['B', 'a', 'b', 'ä', '😀']);
  });
});

describe('ensureDatabase', () => {
  it('rejects when the connection is lost during its query, as when PostgreSQL is killed', async () => {
    const proxy = createServer((client) => {
      const server = connect(postgres.port, '127.0.0.1');
      server.on('error', () => undefined).pipe(client);
      client
        .on('error', () => undefined)
        .on('data', (bytes) => {
          if (!bytes.includes('pg_database')) server.write(bytes);
          else {
            server.destroy();
            client.resetAndDestroy();
          }
        });
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const url = new URL(postgres.url);
    url.port = String((proxy.address() as AddressInfo).port);
    await expect(ensureDatabase(url.href, 'new')).rejects.toMatchObject({ code: 'ECONNRESET' });
    proxy.close();
  });
});

describe('startPostgres', () => {
  it('keeps the data of a folder over an orderly stop and over a crash', async () => {
    const dir = await mkdtemp(path.join(tmpdir(), 'nearby-data-'));
    const first = await startPostgres({ dir, persistent: true });
    const url = await ensureDatabase(first.url, 'kept');
    await query(url, 'CREATE TABLE person (name text); INSERT INTO person VALUES ($$alice$$)');
    await first.stop();

    const second = await startPostgres({ dir, persistent: true });
    const urlAgain = await ensureDatabase(second.url, 'kept');
    await query(urlAgain, 'INSERT INTO person VALUES ($$bob$$)');
    second.process.kill('SIGKILL');
    await second.process.start();
    expect(await query(urlAgain, 'SELECT count(*)::int AS n FROM person')).toEqual([{ n: 2 }]);
    await second.stop();
    await rm(dir, { recursive: true, force: true });
  }, 60_000);

  it('stops with open connections, and leaves no process', async () => {
    const other = await startPostgres();
    const client = new pg.Client({ connectionString: other.url });
    const cut = new Promise((resolve) => client.on('error', resolve));
    await client.connect();
    const { pid } = other;
    await other.stop();
    await cut;
    expect(await identifyProcess(pid)).toBeUndefined();
  });

  it('says which port is taken', async () => {
    await expect(startPostgres({ port: postgres.port })).rejects.toThrow(`Port ${postgres.port} is taken`);
  });
});
