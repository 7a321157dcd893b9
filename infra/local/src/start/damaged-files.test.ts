/** Files of the local folder that are empty, damaged or not files: repaired, or refused in one sentence with a remedy. */
import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { RemedyError } from '../machine/remedy-error.ts';
import { checkDataFolder } from '../servers/data-folder.ts';
import { type TestFolder, useTestFolder } from '../test-support/test-folder.ts';
import { readOrCreateJwtSecret } from './jwt-secret.ts';
import { claimStackRecord, readStackRecord, stackRecordFile } from './stack-record.ts';

let folder: TestFolder;
let said: string[];
const say = (line: string): void => void said.push(line);

beforeEach(async () => {
  folder = await useTestFolder();
  said = [];
});

afterEach(async () => {
  await folder.dispose();
});

describe('stack.json', () => {
  it.each(['', '{', 'null', '[]', '{}', '"x"', '{"url":"x","launcher":7}', '{"url":"x","launcher":{"pid":1}}'])(
    'that holds %j is replaced, and the person is told',
    async (content) => {
      await writeFile(stackRecordFile(), content);
      expect(await readStackRecord()).toBeUndefined();
      await claimStackRecord('http://localhost:1', say);
      expect(await readStackRecord()).toMatchObject({ state: 'starting', url: 'http://localhost:1' });
      expect(said).toEqual([`${stackRecordFile()} was damaged and is replaced.`]);
    },
  );

  it('of a stack that runs is respected', async () => {
    await claimStackRecord('http://localhost:1', say);
    await expect(claimStackRecord('http://localhost:2', say)).rejects.toThrow('A stack is already running');
    expect(said).toEqual([]);
  });
});

describe('jwt-secret', () => {
  const file = (): string => path.join(folder.path, 'jwt-secret');

  it('is made once, for its owner only', async () => {
    const secret = await readOrCreateJwtSecret(say);
    expect(secret).toMatch(/^[0-9a-f]{64}$/);
    expect(await readOrCreateJwtSecret(say)).toBe(secret);
    expect((await stat(file())).mode & 0o777).toBe(0o600);
    expect(said).toEqual([]);
  });

  it.each(['', '\n', '  \n\n'])('that holds %j is replaced, and the person is told', async (content) => {
    await writeFile(file(), content);
    const secret = await readOrCreateJwtSecret(say);
    expect(secret).toHaveLength(64);
    expect((await readFile(file(), 'utf8')).trim()).toBe(secret);
    expect(said).toEqual([`${file()} was empty: made a new secret. Tokens issued before are not valid any more.`]);
  });

  it.each(['short', `${'x'.repeat(40)}\nshort`])('that is too short is refused, and kept', async (content) => {
    await writeFile(file(), content);
    await expect(readOrCreateJwtSecret(say)).rejects.toThrow(/has 5 characters .* delete the file/);
    expect(await readFile(file(), 'utf8')).toBe(content);
  });

  it('that is a folder is refused', async () => {
    await mkdir(file());
    await expect(readOrCreateJwtSecret(say)).rejects.toThrow(RemedyError);
  });
});

describe('the data folder', () => {
  const data = (): string => path.join(folder.path, 'postgres/data');

  it('is created where there is none, or an empty one', async () => {
    await checkDataFolder(path.join(folder.path, 'postgres'));
    await mkdir(data(), { recursive: true });
    await checkDataFolder(path.join(folder.path, 'postgres'));
    await expect(stat(data())).rejects.toThrow('ENOENT');
  });

  it.each([
    ['other files', { 'notes.txt': 'x' }],
    ['an empty PG_VERSION', { PG_VERSION: '', global: 'x' }],
    ['nothing but PG_VERSION', { PG_VERSION: '18' }],
  ])('with %s is refused, and left as it is', async (_, files) => {
    await mkdir(data(), { recursive: true });
    for (const [name, text] of Object.entries(files)) await writeFile(path.join(data(), name), text ?? '');
    await expect(checkDataFolder(path.join(folder.path, 'postgres'))).rejects.toThrow(
      /holds no complete PostgreSQL database\. Move that folder away/,
    );
    await expect(stat(data())).resolves.toBeDefined();
  });

  it('that is a file is refused', async () => {
    await mkdir(path.join(folder.path, 'postgres'));
    await writeFile(data(), '');
    await expect(checkDataFolder(path.join(folder.path, 'postgres'))).rejects.toThrow(/cannot be read \(ENOTDIR\)/);
    await rm(data());
  });
});
