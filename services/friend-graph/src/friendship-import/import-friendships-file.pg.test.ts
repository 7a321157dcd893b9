import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createDatabase } from '@nearby-friends/local-stack';
import { insertEdges, useDatabase } from '../database/database.testing.ts';
import { importFriendshipsFile } from './import-friendships-file.ts';

const database = useDatabase();
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'friendships-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

async function importText(text: string, databaseUrl = database.url) {
  const file = path.join(folder, 'friendships.csv');
  await writeFile(file, text);
  return await importFriendshipsFile({ databaseUrl, file });
}

/** Friendships of pairwise different people with the longest ids. */
function manyLines(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `a${String(i).padStart(63, '0')},b${String(i).padStart(63, '0')}`);
}

async function edges(): Promise<string[]> {
  const rows = await database.query<{ edge: string }>(
    `SELECT viewer_id || '>' || subject_id AS edge FROM edges ORDER BY 1`,
  );
  return rows.map(({ edge }) => edge);
}

describe('importing friendships', () => {
  it('makes users and both directions of each friendship, exact and without end', async () => {
    expect(await importText('user,friend\nann,bob\nbob,cid\n')).toEqual({
      read: 2,
      selfFriendships: 0,
      repeated: 0,
      blocked: 0,
      erased: 0,
      newUsers: 3,
      newEdges: 4,
    });
    expect(await edges()).toEqual(['ann>bob', 'bob>ann', 'bob>cid', 'cid>bob']);
    expect(await database.query('SELECT DISTINCT precision, until FROM edges')).toEqual([
      { precision: 'exact', until: null },
    ]);
    expect(await database.query('SELECT id, display_name, radius_meters FROM users ORDER BY id LIMIT 1')).toEqual([
      { id: 'ann', display_name: 'ann', radius_meters: 8046.72 },
    ]);
  });

  it('changes nothing the second time, and leaves a changed grant as it is', async () => {
    await insertEdges(database, [{ viewer: 'ann', subject: 'bob', precision: 'hidden' }]);
    const text = 'user,friend\nann,bob\nbob,cid\n';
    expect(await importText(text)).toMatchObject({ newUsers: 1, newEdges: 3 });
    expect(await importText(text)).toMatchObject({ read: 2, newUsers: 0, newEdges: 0 });
    expect(await database.query(`SELECT precision FROM edges WHERE viewer_id = 'ann'`)).toEqual([
      { precision: 'hidden' },
    ]);
  });

  it('[G4] gives new edges a version above all earlier ones, and makes gateways re-read their rights, once', async () => {
    const [before] = await database.query<{ version: string }>(`SELECT nextval('graph_version') AS version`);
    await importText('user,friend\nann,bob\n');
    await importText('user,friend\nann,bob\n');
    const [after] = await database.query<{ version: string }>('SELECT DISTINCT version FROM edges');
    expect(Number(after?.version)).toBeGreaterThan(Number(before?.version));
    expect(await database.query('SELECT event FROM outbox')).toEqual([
      { event: { kind: 'reread', version: Number(after?.version) } },
    ]);
  });

  it('[G2] skips friendships of users one of whom blocks the other, and settles open requests', async () => {
    await database.query(
      `INSERT INTO users (id, display_name) SELECT x, x FROM unnest(array['ann', 'bob', 'cid', 'dan']) x`,
    );
    await database.query(
      `INSERT INTO blocks (user_id, blocked_id) VALUES ('ann', 'bob'), ('dan', 'ann'), ('dan', 'new')`,
    );
    await database.query(`INSERT INTO friend_requests (from_id, to_id) VALUES ('cid', 'ann'), ('cid', 'dan')`);
    const summary = await importText('user,friend\nann,bob\nann,cid\nann,dan\nnew,dan\n');
    expect(summary).toMatchObject({ read: 4, blocked: 3, newEdges: 2 });
    expect(await edges()).toEqual(['ann>cid', 'cid>ann']);
    expect(await database.query('SELECT from_id, to_id FROM friend_requests')).toEqual([
      { from_id: 'cid', to_id: 'dan' },
    ]);
  });

  it('[G2] does not create an erased user again, unless that user has come back', async () => {
    const revocations = [
      ['gone', 'now()', false],
      ['back', 'now()', true],
      ['signed-out', 'NULL', false],
    ] as const;
    for (const [user, erasedBefore, readmitted] of revocations) {
      await database.query(
        `INSERT INTO token_revocations (user_hash, before, erased_before, readmitted)
         VALUES (sha256(convert_to($1, 'UTF8')), now(), ${erasedBefore}, $2)`,
        [user, readmitted],
      );
    }
    const text = 'user,friend\nann,gone\ngone,bob\nann,back\nann,signed-out\n';
    expect(await importText(text)).toMatchObject({ read: 4, erased: 2, blocked: 0, newUsers: 4, newEdges: 4 });
    expect(await edges()).toEqual(['ann>back', 'ann>signed-out', 'back>ann', 'signed-out>ann']);
    expect(await database.query('SELECT id FROM users ORDER BY id')).toEqual(
      ['ann', 'back', 'bob', 'signed-out'].map((one) => ({ id: one })),
    );
  });

  it('[G1] leaves the table so that lookups need its indexes only', async () => {
    await importText(`user,friend\n${manyLines(500).join('\n')}\n`);
    const [table] = await database.query<{ pages: number; visible: number }>(
      `SELECT relpages AS pages, relallvisible AS visible FROM pg_class WHERE relname = 'edges'`,
    );
    expect(table?.pages).toBeGreaterThan(1);
    expect(table?.visible).toBe(table?.pages);
  });

  it('counts and skips repetitions in either direction, and friendships with oneself', async () => {
    expect(await importText('user,friend\nann,bob\nbob,ann\nann,bob\ncid,cid\n')).toEqual({
      read: 3,
      selfFriendships: 1,
      repeated: 2,
      blocked: 0,
      erased: 0,
      newUsers: 2,
      newEdges: 2,
    });
    expect(await edges()).toEqual(['ann>bob', 'bob>ann']);
  });

  it('accepts what spreadsheets write: byte order mark, CRLF, quotes, spaces, empty lines', async () => {
    await importText('\uFEFFuser,friend\r\n"ann", bob\r\n\r\nbob ,"cid"\r\n');
    expect(await edges()).toEqual(['ann>bob', 'bob>ann', 'bob>cid', 'cid>bob']);
  });

  it('reads every line of a file of many chunks', async () => {
    const count = 20_000;
    const text = `user,friend\n${manyLines(count).join('\n')}`;
    expect(text.length).toBeGreaterThan(2 << 20);
    expect(await importText(text)).toEqual({
      read: count,
      selfFriendships: 0,
      repeated: 0,
      blocked: 0,
      erased: 0,
      newUsers: 2 * count,
      newEdges: 2 * count,
    });
  });

  it.each([
    ['a wrong id', 'user,friend\nann,bob\nann,b b\n', /^Line 3: "b b" is not a user id\..*nothing was imported/],
    ['an id that is too long', `user,friend\nann,${'x'.repeat(65)}\n`, /^Line 2: "x{40}…" is not a user id/],
    ['a line cut short', 'user,friend\nann,bob\n\nann\n', /^Line 4 must have 2 columns but has 1/],
    ['a line with more', 'user,friend\nann,bob,cid\n', /^Line 2 must have 2 columns but has 3/],
    ['no header', 'ann,bob\nann,cid\n', /^The first line must be "user,friend" but is "ann,bob"/],
    ['an empty file', '', /^The first line must be "user,friend"/],
    ['a quote left open', 'user,friend\nann,bob\n"ann,cid\n', /^Line 3: ""ann" is not a user id/],
    ['no line ends', 'x'.repeat(1_000_000), /^The first line must be "user,friend"/],
  ])('imports nothing of a file with %s, and reports the line', async (_what, text, message) => {
    await expect(importText(text)).rejects.toThrow(message);
    expect(await edges()).toEqual([]);
    expect(await database.query('SELECT id FROM users')).toEqual([]);
  });

  it('imports nothing when the last of very many lines is wrong', async () => {
    const text = `user,friend\n${manyLines(20_000).join('\n')}\nann,?\n`;
    await expect(importText(text)).rejects.toThrow(/^Line 20002: /);
    expect(await edges()).toEqual([]);
  });

  it('recreates every index and key after filling the empty table', async () => {
    const definitions = () =>
      database.query(`
        SELECT conname AS name, pg_get_constraintdef(oid) AS definition FROM pg_constraint
        WHERE 'edges'::regclass IN (conrelid, confrelid)
        UNION SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
        WHERE indrelid = 'edges'::regclass ORDER BY 1, 2`);
    const before = await definitions();
    await importText('user,friend\nann,bob\n');
    expect(await definitions()).toEqual(before);
    expect(before.length).toBeGreaterThanOrEqual(7);
    await expect(importText('user,friend\nann,cid\nann,bob\n')).resolves.toMatchObject({ newEdges: 2 });
  });

  it('reports the remedy when the file or the tables are missing', async () => {
    const file = path.join(folder, 'missing.csv');
    await expect(importFriendshipsFile({ databaseUrl: database.url, file })).rejects.toThrow(/cannot be read/);
    const bare = await createDatabase(database.server.server.url);
    await expect(importText('user,friend\nann,bob\n', bare.url)).rejects.toThrow(/no tables.*Migrate it first/);
  });

  it('works for a user who must not skip the foreign keys, and for two imports at once', async () => {
    await database.query(`DROP ROLE IF EXISTS importer`);
    await database.query('CREATE ROLE importer LOGIN');
    await database.query('GRANT ALL ON users, edges, blocks, friend_requests, outbox TO importer');
    await database.query('GRANT SELECT ON token_revocations TO importer');
    await database.query('GRANT USAGE ON SEQUENCE graph_version, outbox_id_seq TO importer');
    const url = new URL(database.url);
    url.username = 'importer';
    const file = path.join(folder, 'both.csv');
    await writeFile(file, `user,friend\n${Array.from({ length: 2_000 }, (_, i) => `a${i % 50},b${i}`).join('\n')}\n`);
    const summaries = await Promise.all([
      importFriendshipsFile({ databaseUrl: url.href, file }),
      importFriendshipsFile({ databaseUrl: database.url, file }),
    ]);
    expect(summaries.reduce((sum, { newEdges }) => sum + newEdges, 0)).toBe(4_000);
    await database.query('DROP OWNED BY importer');
  });
});
