import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from '@jest/globals';
import { checkFolderOrder } from './folder-order.mjs';
import { findCircles } from './import-circles.mjs';
import { checkFile } from './layout-rules.mjs';

const program = fileURLToPath(new URL('import-direction.mjs', import.meta.url));
const folders: string[] = [];
afterEach(async () => {
  await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true })));
});

const PURPOSE = '/** Does one thing. */\n';

/** Adds an opening comment, unless the text begins with an exclamation mark. */
const withPurpose = (text: string) => (text.startsWith('!') ? text.slice(1) : PURPOSE + text);

/** Runs the check over a workspace of these files. */
async function check(files: Record<string, string>): Promise<{ code: number; lines: string[] }> {
  const root = await mkdtemp(path.join(tmpdir(), 'layout-'));
  folders.push(root);
  for (const [file, text] of Object.entries(files)) {
    await mkdir(path.join(root, path.dirname(file)), { recursive: true });
    await writeFile(path.join(root, file), withPurpose(text));
  }
  return await new Promise((resolve) => {
    execFile(process.execPath, [program, root], (error, stdout) => {
      resolve({ code: error ? Number(error.code) : 0, lines: stdout.trimEnd().split('\n') });
    });
  });
}

/** The violations of one file, without a process. */
function violations(file: string, text: string): string[] {
  const member = file.split('/').slice(0, 2).join('/');
  return checkFile({ path: file, member, text: withPurpose(text) });
}

const importOf = (specifier: string) => `import { x } from '${specifier}';\n`;

describe('imports run one way', () => {
  it.each([
    ['services/gateway/src/a.ts', '@nearby-friends/bus'],
    ['services/gateway/src/a.ts', '@nearby-friends/protocol'],
    ['packages/bus/src/a.ts', '@nearby-friends/service-kit'],
    ['packages/service-kit/src/a.ts', '@nearby-friends/protocol'],
    ['packages/bus/src/a.test.ts', '@nearby-friends/testing'],
    ['packages/bus/src/a.testing.ts', '@nearby-friends/local-stack'],
    ['packages/testing/src/a.ts', '@nearby-friends/local-stack'],
    ['packages/simulator/src/a.ts', '@nearby-friends/protocol'],
    ['packages/protocol/src/a.ts', 'zod'],
    ['packages/client/src/a.ts', 'socket.io-client'],
    ['packages/client/src/a.test.ts', '@nearby-friends/protocol'],
    ['packages/web/src/a.ts', '@nearby-friends/client'],
    ['packages/protocol/src/a.test.ts', 'node:crypto'],
    ['infra/local/src/a.ts', 'node:fs'],
  ])('%s may import %s', (file, specifier) => {
    expect(violations(file, importOf(specifier))).toEqual([]);
  });

  it.each([
    ['packages/protocol/src/a.ts', '@nearby-friends/bus', 'imports run one way, protocol may import nothing'],
    ['packages/geo/src/a.ts', '@nearby-friends/protocol', 'imports run one way'],
    ['packages/service-kit/src/a.ts', '@nearby-friends/bus', 'imports run one way'],
    ['packages/bus/src/a.ts', '@nearby-friends/gateway', 'services must not be imported'],
    ['services/gateway/src/a.ts', '@nearby-friends/location', 'services must not be imported'],
    ['services/gateway/src/a.test.ts', '@nearby-friends/location', 'services must not be imported'],
    ['packages/testing/src/a.ts', '@nearby-friends/gateway', 'services must not be imported'],
    ['services/gateway/src/a.ts', '@nearby-friends/testing', "only tests and developers' tools"],
    ['packages/bus/src/a.ts', '@nearby-friends/local-stack', "only tests and developers' tools"],
    ['packages/bus/src/a.ts', '@nearby-friends/simulator/deep', "only tests and developers' tools"],
    ['packages/bus/src/a.ts', '@nearby-friends/bus', 'its own files by path'],
    ['packages/bus/src/a.ts', '@nearby-friends/novelty', 'is not listed'],
    ['packages/protocol/src/a.ts', 'node:fs', 'imports zod from outside'],
    ['packages/protocol/src/a.ts', 'ioredis', 'imports zod from outside'],
    ['packages/geo/src/a.ts', 'zod', 'imports nothing from outside'],
    ['packages/client/src/a.ts', 'zod', 'imports socket.io-client, react from outside'],
    ['packages/client/src/a.ts', '@nearby-friends/protocol', 'client may import nothing'],
    ['services/gateway/src/a.ts', '@nearby-friends/client', 'imports run one way'],
    ['services/gateway/src/a.ts', '../../location/src/b.ts', 'relative imports stay in services/gateway'],
    ['services/gateway/src/a.test.ts', '../../../packages/bus/src/b.ts', 'relative imports stay'],
  ])('%s may not import %s', (file, specifier, rule) => {
    expect(violations(file, importOf(specifier))).toEqual([
      expect.stringMatching(new RegExp(`^${file}:2: .*${rule}`)) as string,
    ]);
  });

  it.each([
    `import type { X } from '@nearby-friends/location';`,
    `import {\n  x,\n  type Y,\n} from '@nearby-friends/location';`,
    `export * from '@nearby-friends/location';`,
    `import '@nearby-friends/location';`,
    `const x = await import('@nearby-friends/${'location'}');`,
    `import x from "@nearby-friends/location";`,
  ])('however it is written: %s', (text) => {
    const found = violations('services/gateway/src/a.ts', text);
    expect(found).toEqual([expect.stringContaining('services must not be imported') as string]);
  });

  it('and a text that only resembles an import is none', () => {
    const text = `const text = "x from '@nearby-friends/location'";\nexport const y = 'from';\n// from '../../x'\n`;
    expect(violations('services/gateway/src/a.ts', text)).toEqual([]);
  });
});

describe('folders of a package have an order', () => {
  const ORDER = ['wire', 'delivery/flush', 'delivery', 'connections'];
  const inOrder = (file: string, specifier: string): string[] =>
    checkFolderOrder({ path: file, member: 'services/gateway', text: withPurpose(importOf(specifier)) }, ORDER);

  it.each([
    ['services/gateway/src/delivery/a.ts', './b.ts'],
    ['services/gateway/src/delivery/a.ts', '../wire/b.ts'],
    ['services/gateway/src/delivery/a.ts', './flush/b.ts'],
    ['services/gateway/src/delivery/composing/a.ts', '../b.ts'],
    ['services/gateway/src/compose.ts', './connections/b.ts'],
    ['services/gateway/src/compose.ts', './settings.ts'],
    ['services/gateway/src/wire/a.ts', '@nearby-friends/protocol'],
    ['services/gateway/src/wire/a.test.ts', '../connections/b.ts'],
    ['services/gateway/src/test-support/a.ts', '../connections/b.ts'],
    ['services/gateway/bench/a.ts', '../src/connections/b.ts'],
  ])('%s may import %s', (file, specifier) => {
    expect(inOrder(file, specifier)).toEqual([]);
  });

  it.each([
    ['services/gateway/src/wire/a.ts', '../delivery/b.ts', 'wire/ is below delivery/'],
    ['services/gateway/src/delivery/flush/a.ts', '../b.ts', 'delivery/flush/ is below delivery/'],
    ['services/gateway/src/delivery/composing/a.ts', '../../connections/b.ts', 'delivery/ is below connections/'],
    ['services/gateway/src/connections/a.ts', '../settings.ts', 'connections/ is below the files directly in src'],
  ])('%s may not import %s', (file, specifier, rule) => {
    expect(inOrder(file, specifier)).toEqual([
      `${file}:2: ${rule} and must not import ${specifier}; move what both need into ${rule.split(' ')[0]} or lower, ` +
        'or change FOLDER_ORDER in infra/checks/folder-order.mjs',
    ]);
  });

  it('and a folder without a place in it is refused', () => {
    expect(inOrder('services/gateway/src/novelty/a.ts', './b.ts')).toEqual([
      'services/gateway/src/novelty/a.ts:1: the folder has no place in the order of folders; add it to FOLDER_ORDER in infra/checks/folder-order.mjs',
    ]);
  });
});

describe('imports form no circle', () => {
  const circles = (texts: Record<string, string>): string[] =>
    findCircles(
      Object.entries(texts).map(([name, text]) => ({ path: `packages/bus/src/${name}`, member: 'packages/bus', text })),
    );

  it('within a package', () => {
    const chain = { 'a.ts': importOf('./b.ts'), 'b.ts': importOf('./c.ts'), 'c.ts': importOf('zod') };
    expect(circles(chain)).toEqual([]);
    expect(circles({ ...chain, 'b.ts': `${PURPOSE}${importOf('./a.ts')}`, 'x.ts': importOf('./a.ts') })).toEqual([
      'packages/bus/src/a.ts:1: a circle of imports, packages/bus/src/a.ts → packages/bus/src/b.ts → ' +
        'packages/bus/src/a.ts; move what both need into a file of its own',
    ]);
  });

  it('also of types and over folders, and each circle is reported', () => {
    const found = circles({
      'a.ts': `import type { B } from './rpc/b.ts';\n`,
      'rpc/b.ts': importOf('../c.ts'),
      'c.ts': `export * from './a.ts';\n`,
      'd.ts': importOf('./e.ts'),
      'e.ts': importOf('./d.ts'),
    });
    expect(found).toHaveLength(2);
    expect(found[0]).toContain('a.ts → packages/bus/src/rpc/b.ts → packages/bus/src/c.ts → packages/bus/src/a.ts');
  });
});

describe('clients are created in one place', () => {
  const redis = `${importOf('ioredis')}const client = new Redis(url);\n`;
  const opened = `${importOf('@nearby-friends/bus')}const client = openRedis({ url });\n`;

  it.each([
    ['services/gateway/src/compose.ts', opened],
    ['packages/bus/src/redis/redis-connection.ts', redis],
    ['services/gateway/src/a.test.ts', redis],
    ['packages/simulator/src/a.ts', redis],
    ['services/gateway/src/connections/socket-io-server.ts', `${importOf('socket.io')}const io = new Server();\n`],
    ['services/gateway/src/a.ts', `${importOf('node:http')}const http = new Server();\n`],
  ])('%s may', (file, text) => {
    expect(violations(file, text)).toEqual([]);
  });

  it.each([
    ['services/gateway/src/a.ts', redis],
    ['services/gateway/src/a.ts', opened],
    ['packages/bus/src/a.ts', redis],
    ['services/friend-graph/src/a.ts', `${importOf('pg')}const pool = new Pool();\n`],
    ['services/friend-graph/src/a.ts', `${importOf('./client.ts')}const prisma = new PrismaClient();\n`],
    ['services/gateway/src/a.ts', `${importOf('socket.io')}const io = new Server();\n`],
  ])('%s may not: %j', (file, text) => {
    expect(violations(file, text)).toEqual([
      expect.stringMatching(new RegExp(`^${file}:3: only compose.ts creates clients: (new |open)`)) as string,
    ]);
  });
});

describe('a file', () => {
  it('opens with its purpose, unless it is a test', () => {
    const rule = 'opens with a doc comment';
    expect(violations('packages/bus/src/a.ts', `!${importOf('zod')}${PURPOSE}`)).toEqual([
      expect.stringContaining(`packages/bus/src/a.ts:1: a file ${rule}`) as string,
    ]);
    expect(violations('infra/local/a.mjs', `!// no doc comment\n`)).toEqual([expect.stringContaining(rule) as string]);
    expect(violations('infra/local/a.mjs', `!#!/usr/bin/env node\n${PURPOSE}`)).toEqual([]);
    expect(violations('packages/bus/src/a.test.ts', `!${importOf('zod')}`)).toEqual([]);
  });

  it.each(['utils.ts', 'util.ts', 'helpers.ts', 'types.ts', 'common.ts', 'utils.test.ts'])(
    'has a better name than %s',
    (name) => {
      expect(violations(`packages/bus/src/${name}`, '')).toEqual([
        expect.stringContaining('name the file after its main export') as string,
      ]);
    },
  );

  it('of 250 lines is fine, of 300 draws a warning, of 301 is too long', async () => {
    const lines = (count: number) => `!${PURPOSE}${'// line\n'.repeat(count - 1)}`;
    const [fine, long, tooLong] = ['packages/a/src/a.ts', 'packages/a/src/b.ts', 'packages/a/src/c.test.ts'];
    expect(await check({ [fine]: lines(250), [long]: lines(300) })).toEqual({
      code: 0,
      lines: [`warning: ${long}:300: 300 lines are more than 250`, '2 files follow the layout rules.'],
    });
    expect(await check({ [tooLong]: lines(301) })).toEqual({
      code: 1,
      lines: [`${tooLong}:301: 301 lines are more than 300`, '1 violation in 1 file.'],
    });
  });

  it('that is built, generated or installed is not checked', async () => {
    const bad = `!${importOf('@nearby-friends/location')}`;
    const places = ['dist', 'src/generated', 'node_modules/x', 'src/.cache'];
    expect(await check(Object.fromEntries(places.map((place) => [`services/gateway/${place}/a.ts`, bad])))).toEqual({
      code: 0,
      lines: ['0 files follow the layout rules.'],
    });
  });
});
