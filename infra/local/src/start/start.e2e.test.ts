/** `npm start` as a user runs it, with stand-ins in place of the services. Runs the built dist/. */
import { spawn } from 'node:child_process';
import { stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { findFreePort } from '../machine/find-free-port.ts';
import { identifyProcess } from '../machine/process-identity.ts';
import { send } from '../test-support/http-client.ts';
import { type TestFolder, useTestFolder } from '../test-support/test-folder.ts';
import { waitFor } from '../test-support/wait-for.ts';
import { LAUNCHER, type Launcher, Launchers, runningOf, untilReady } from './launcher.testing.ts';
import { readStackRecord, type StackRecord, stackRecordFile } from './stack-record.ts';

let folder: TestFolder;
let port: number;
let launchers: Launchers;

beforeEach(async () => {
  folder = await useTestFolder();
  port = await findFreePort();
  launchers = new Launchers({ port, folder: folder.path });
});

afterEach(async () => {
  await launchers.killAll();
  await folder.dispose();
});

const launch = (...args: string[]): Launcher => launchers.launch(...args);

async function launchAndWait(): Promise<{ launcher: Launcher; record: StackRecord }> {
  const launcher = launch();
  return { launcher, record: await untilReady(launcher) };
}

describe('npm start', () => {
  it('prints its address and a token, and stops everything on Ctrl-C', async () => {
    const { launcher, record } = await launchAndWait();
    expect(launcher.output()).toContain(`Nearby friends is ready at http://localhost:${port}`);
    expect(launcher.output()).toContain('a.b.c');
    expect((await send(`http://127.0.0.1:${port}`, '/api/v1/me')).status).toBe(200);
    expect((await stat(stackRecordFile())).mode & 0o777).toBe(0o600);
    expect((await runningOf(record)).sort()).toEqual([
      'friend-graph-1',
      'gateway-1',
      'location-1',
      'nginx',
      'postgres',
      'redis',
    ]);

    launcher.child.kill('SIGINT');
    expect(await launcher.exitCode).toBe(0);
    expect(await runningOf(record)).toEqual([]);
    expect(await launchers.residents()).toEqual([]);
    expect(await readStackRecord()).toBeUndefined();
    expect(launcher.output().trimEnd().endsWith('Stopped.')).toBe(true);
  }, 90_000);

  it('cleans up after a launcher that was killed, and starts with the same data and secret', async () => {
    const { launcher, record } = await launchAndWait();
    await launchers.untilResidentsRecorded();
    launcher.child.kill('SIGKILL');
    await launcher.exitCode;
    expect(await runningOf(record)).toHaveLength(6);

    const next = await launchAndWait();
    expect(await runningOf(record)).toEqual([]);
    expect(next.launcher.output()).toContain('Ended processes of an earlier stack: ');
    next.launcher.child.kill('SIGTERM');
    expect(await next.launcher.exitCode).toBe(0);
    expect(await runningOf(next.record)).toEqual([]);
    expect(await launchers.residents()).toEqual([]);
  }, 150_000);

  it('reports a stack that is already running, and does not affect it', async () => {
    const { launcher, record } = await launchAndWait();
    const second = launch();
    expect(await second.exitCode).toBe(1);
    expect(second.output()).toBe(
      `A stack is already running from this folder, at http://localhost:${port} (process ${launcher.child.pid}). ` +
        `Use it, or stop it first: Ctrl-C where it was started, or kill ${launcher.child.pid}\n`,
    );
    expect(await runningOf(record)).toHaveLength(6);
    launcher.child.kill('SIGINT');
    expect(await launcher.exitCode).toBe(0);
  }, 90_000);

  it.each([
    ['stack.json', '', true],
    ['stack.json', '{"url":', true],
    ['jwt-secret', '', true],
    ['jwt-secret', 'too short', false],
  ])(
    'starts with a damaged %s (%j), or says at once what to do',
    async (name, content, starts) => {
      await writeFile(path.join(folder.path, name), content);
      const launcher = launch();
      if (starts) {
        await untilReady(launcher);
        launcher.child.kill('SIGINT');
        expect(await launcher.exitCode).toBe(0);
      } else {
        expect(await launcher.exitCode).toBe(1);
        expect(launcher.output()).toMatch(
          /^The secret in .* needs at least 32\. Write a longer one, or delete the file/m,
        );
      }
      expect(launcher.output()).not.toContain('Unexpected error');
    },
    90_000,
  );

  it('records the new pid of a process that was restarted', async () => {
    const { launcher, record } = await launchAndWait();
    const pidOf = (of: StackRecord | undefined): number | undefined =>
      of?.processes?.find(({ name }) => name === 'gateway-1')?.pid;
    process.kill(pidOf(record) ?? 0, 'SIGKILL');
    const pid = await waitFor('another pid', async () => {
      const now = pidOf(await readStackRecord());
      return now !== pidOf(record) && now;
    });
    expect(await identifyProcess(pid)).toBeDefined();
    await waitFor('the line about it', () => launcher.output().includes('ended unexpectedly (SIGKILL)'));
    launcher.child.kill('SIGINT');
    expect(await launcher.exitCode).toBe(0);
  }, 90_000);

  it('reports a taken port, and how to choose another', async () => {
    const { launcher } = await launchAndWait();
    const elsewhere = await useTestFolder();
    try {
      const child = spawn(process.execPath, [LAUNCHER], {
        env: { ...process.env, PORT: String(port), NEARBY_LOCAL_DIR: elsewhere.path },
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      let text = '';
      child.stderr.on('data', (chunk: Buffer) => {
        text += chunk.toString();
      });
      expect(await new Promise((resolve) => child.once('close', resolve))).toBe(1);
      expect(text).toContain(`Port ${port} is taken`);
      expect(text).toContain(`PORT=${port + 1} npm start`);
    } finally {
      await elsewhere.dispose();
    }
    launcher.child.kill('SIGINT');
    expect(await launcher.exitCode).toBe(0);
  }, 90_000);

  it('ends with a sentence and not with a stack trace for an option it does not know', async () => {
    const launcher = launch('--gatways=3');
    expect(await launcher.exitCode).toBe(1);
    expect(launcher.output()).toBe("Unknown option '--gatways=3'. See `npm start -- --help`.\n".replace('=3', ''));
  });
});
