/** Checks that the packed package can be installed, and is self-contained in files, types and at run time. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const run = promisify(execFile);
const folder = path.join(import.meta.dirname, '..');
const compiler = createRequire(import.meta.url)
  .resolve('typescript/package.json')
  .replace('package.json', 'bin/tsc');

/** App code that uses the types. Indented, so that its imports do not count as imports of this file. */
const APP = `
  import { connect, createApi, NearbyError, type NearbyFriend } from '@nearby-friends/client';
  import { useNearbyFriends } from '@nearby-friends/client/react';

  const connection = connect({ url: 'https://nearby.example.org', token: 'x' });
  const friends: readonly NearbyFriend[] = connection.nearby.value;
  export const names: string[] = friends.map(({ id }) => id);
  export const hook: (of: typeof connection) => readonly NearbyFriend[] = useNearbyFriends;
  export async function all(): Promise<string[]> {
    const listed: string[] = [];
    for await (const { displayName } of createApi({ url: '', getToken: async () => '' }).friends.all()) listed.push(displayName);
    return listed;
  }
  export function isOver(error: unknown): boolean {
    // @ts-expect-error unknown code
    if (error instanceof NearbyError && error.code === 'no such code') return false;
    return error instanceof NearbyError && error.code === 'unauthorized' && !error.retryable;
  }
`;

/** An app with only this package and its dependencies. */
let app: string;
let files: string[];

beforeAll(async () => {
  app = await mkdtemp(path.join(tmpdir(), 'client-app-'));
  const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', app], { cwd: folder });
  const [packed] = JSON.parse(stdout) as { filename: string; files: { path: string }[] }[];
  files = packed?.files.map((file) => file.path) ?? [];
  await writeFile(path.join(app, 'package.json'), '{ "type": "module" }');
  // As the README says.
  await run('npm', ['install', '--no-audit', '--no-fund', path.join(app, packed?.filename ?? '')], { cwd: app });
}, 180_000);
afterAll(() => rm(app, { recursive: true }));

describe('the package', () => {
  it('depends on socket.io-client only and contains code, types and sources', async () => {
    const { dependencies } = JSON.parse(await readFile(path.join(folder, 'package.json'), 'utf8'));
    expect(Object.keys(dependencies)).toEqual(['socket.io-client']);
    expect(files).toEqual(
      expect.arrayContaining(['dist/index.js', 'dist/index.d.ts', 'dist/react.js', 'src/index.ts', 'README.md']),
    );
    expect(files.filter((file) => /test|\.tsbuildinfo|node_modules|api\.md/.test(file))).toEqual([]);
  });

  it.each([
    ['in a browser', 'es2022,dom', ''],
    ['in Node', 'es2023', path.join(folder, '../../node_modules/@types')],
  ])('compiles %s without the protocol, zod or React, including its declarations', async (_where, lib, typeRoots) => {
    await writeFile(path.join(app, 'app.ts'), APP);
    const options = [
      '--noEmit',
      '--strict',
      '--exactOptionalPropertyTypes',
      '--target',
      'es2022',
      '--module',
      'nodenext',
    ];
    const types = typeRoots === '' ? ['--types', ''] : ['--types', 'node', '--typeRoots', typeRoots];
    // Without --skipLibCheck, so that the declarations are checked too.
    const args = [compiler, ...options, '--lib', lib, ...types, 'app.ts'];
    const { stdout } = await run(process.execPath, args, { cwd: app }).catch((error: { stdout: string }) => error);
    expect(stdout).toBe('');
  });

  it('runs without React', async () => {
    const code = `import * as client from '@nearby-friends/client'; console.log(Object.keys(client).sort().join())`;
    const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', code], { cwd: app });
    expect(stdout.trim()).toBe('NearbyError,connect,createApi,signInForDevelopment');
  });
});
