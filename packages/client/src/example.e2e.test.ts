/** Compiles the examples and runs them. */
import { execFile, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from '@jest/globals';
import { ApiClient, useSharedSystem } from '@nearby-friends/testing';
import { eventually } from '@nearby-friends/testing/eventually';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const examples = ['who-is-near', 'greeter-bot'] as const;
const fileOf = (name: (typeof examples)[number]) => `examples/${name}.mjs`;

const system = useSharedSystem();
const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  await Promise.all(ends.splice(0).map((end) => end()));
});

/** Runs an example and collects its output. */
function run(name: (typeof examples)[number], ...args: string[]): string[] {
  const said: string[] = [];
  const child = spawn(process.execPath, [fileOf(name), ...args, system.url], { cwd: root });
  for (const stream of [child.stdout, child.stderr])
    createInterface({ input: stream }).on('line', (line) => said.push(line));
  const ended = new Promise((resolve) => child.once('exit', resolve));
  ends.push(() => {
    child.kill();
    return ended;
  });
  return said;
}

describe('an example', () => {
  it.each(examples)('compiles in strict mode against the published types: %s', async (name) => {
    const options =
      '--ignoreConfig --noEmit --allowJs --checkJs --strict --skipLibCheck --target es2023 --module nodenext --types node';
    const compiler = [`${root}node_modules/typescript/bin/tsc`, ...options.split(' '), fileOf(name)];
    const { stdout } = await promisify(execFile)(process.execPath, compiler, { cwd: root });
    expect(stdout).toBe('');
  });

  it('shows two users each other', async () => {
    await system.befriend(['example-alice', 'example-bob']);
    const alice = run('who-is-near', 'example-alice', '37.7955', '-122.3937');
    const bob = run('who-is-near', 'example-bob', '37.7990', '-122.3970');
    await eventually(() => {
      expect(alice).toContain('example-bob at 485 m');
      expect(bob).toContain('example-alice at 485 m');
    }, 20_000);
  });

  it('greets a person who asks it to be friends, and comes near', async () => {
    const bot = run('greeter-bot', 'example-cafe', '37.7955', '-122.3937');
    const guest = await system.signIn('example-guest');
    await guest.report({ lat: 37.799, lng: -122.397 });
    await new ApiClient(system).callUntilAccepted('example-guest', 'POST', '/friend-requests', { to: 'example-cafe' });
    await eventually(() => expect(bot).toContain('Hello, example-guest!'), 20_000);
  });
});
