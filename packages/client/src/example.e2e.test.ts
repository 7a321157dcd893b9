/** Compiles the example and runs it for two users who see each other. */
import { execFile, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from '@jest/globals';
import { useSharedSystem } from '@nearby-friends/testing';
import { eventually } from '@nearby-friends/testing/eventually';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const example = 'examples/who-is-near.mjs';

const system = useSharedSystem();
const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  await Promise.all(ends.splice(0).map((end) => end()));
});

/** Runs the example and collects its output. */
function run(...args: string[]): string[] {
  const said: string[] = [];
  const child = spawn(process.execPath, [example, ...args, system.url], { cwd: root });
  for (const stream of [child.stdout, child.stderr])
    createInterface({ input: stream }).on('line', (line) => said.push(line));
  const ended = new Promise((resolve) => child.once('exit', resolve));
  ends.push(() => {
    child.kill();
    return ended;
  });
  return said;
}

describe('the example', () => {
  it('compiles in strict mode against the published types', async () => {
    const options =
      '--ignoreConfig --noEmit --allowJs --checkJs --strict --skipLibCheck --target es2023 --module nodenext --types node';
    const compiler = [`${root}node_modules/typescript/bin/tsc`, ...options.split(' '), example];
    const { stdout } = await promisify(execFile)(process.execPath, compiler, { cwd: root });
    expect(stdout).toBe('');
  });

  it('shows two users each other', async () => {
    await system.befriend(['example-alice', 'example-bob']);
    const alice = run('example-alice', '37.7955', '-122.3937');
    const bob = run('example-bob', '37.7990', '-122.3970');
    await eventually(() => {
      expect(alice).toContain('example-bob at 485 m');
      expect(bob).toContain('example-alice at 485 m');
    }, 20_000);
  });
});
