import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { findDatabaseUrl } from './find-database-url.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'local-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

it('uses the option, then DATABASE_URL, then the running local stack', async () => {
  await writeFile(
    path.join(folder, 'stack.json'),
    JSON.stringify({ state: 'ready', databaseUrl: 'postgresql://stack' }),
  );
  const stack = { NEARBY_LOCAL_DIR: folder };
  const env = { ...stack, DATABASE_URL: 'postgresql://env' };
  expect(await findDatabaseUrl({ option: 'postgresql://option', env })).toBe('postgresql://option');
  expect(await findDatabaseUrl({ option: undefined, env })).toBe('postgresql://env');
  expect(await findDatabaseUrl({ option: undefined, env: stack })).toBe('postgresql://stack');
});

it.each([
  ['no stack has run', undefined],
  ['the stack is still starting', JSON.stringify({ state: 'starting', url: 'http://localhost' })],
  ['the record is being written', '{"state":'],
])('names the remedies when %s', async (_when, record) => {
  if (record !== undefined) await writeFile(path.join(folder, 'stack.json'), record);
  const finding = findDatabaseUrl({ option: undefined, env: { NEARBY_LOCAL_DIR: folder } });
  await expect(finding).rejects.toThrow(/Start it with npm start, set DATABASE_URL, or use --database-url/);
});
