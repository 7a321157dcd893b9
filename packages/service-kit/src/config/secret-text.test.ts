import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { tokenSettings } from '../tokens/token-settings.ts';
import { readConfig } from './read-config.ts';
import { secretText } from './secret-text.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'secret-text-'));
});
afterEach(() => rm(folder, { recursive: true }));

it('prefers the variable to the file, and removes a trailing line end of the file', async () => {
  const file = path.join(folder, 'secret');
  await writeFile(file, 'from the file\n');
  expect(secretText('KEY', { KEY: 'given', KEY_FILE: file })).toBe('given');
  expect(secretText('KEY', { KEY: '', KEY_FILE: file })).toBe('from the file');
  expect(secretText('KEY', {})).toBeUndefined();
});

it('lets a service have its secret from a file, and says which variable names a file that is not there', async () => {
  const file = path.join(folder, 'jwt');
  await writeFile(file, `${'x'.repeat(32)}\n`);
  expect(readConfig(tokenSettings, { JWT_SECRET_FILE: file }).jwtSecret).toBe('x'.repeat(32));
  expect(() => readConfig(tokenSettings, { JWT_SECRET_FILE: `${file}-gone` })).toThrow('JWT_SECRET_FILE');
});
