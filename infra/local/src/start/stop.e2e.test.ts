/** Every way to stop `npm start` leaves nothing running. Runs the built dist/. */
import { readdir } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { findFreePort } from '../machine/find-free-port.ts';
import { listProcesses } from '../machine/list-processes.ts';
import { identifyProcess, isStillRunning, type ProcessIdentity } from '../machine/process-identity.ts';
import { type TestFolder, useTestFolder } from '../test-support/test-folder.ts';
import { waitFor } from '../test-support/wait-for.ts';
import { type Launcher, Launchers, runningOf, untilReady } from './launcher.testing.ts';
import { readStackRecord } from './stack-record.ts';

const STOP_DEADLINE_MS = 30_000;

let folder: TestFolder;
let launchers: Launchers;

beforeEach(async () => {
  folder = await useTestFolder();
  launchers = new Launchers({ port: await findFreePort(), folder: folder.path });
});

afterEach(async () => {
  const residents = await launchers.residents();
  await launchers.killAll();
  await folder.dispose();
  expect(residents).toEqual([]);
});

describe('a signal to npm alone', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGKILL'] as const)(
    '%s stops the stack in order',
    async (signal) => {
      const npm = await launchers.launchByNpm();
      const record = await untilReady(npm);
      npm.child.kill(signal);
      await npm.exitCode;
      await waitFor('the end of the launcher', async () => !(await isStillRunning(record.launcher)), STOP_DEADLINE_MS);
      expect(await runningOf(record)).toEqual([]);
      expect(await readStackRecord()).toBeUndefined();
    },
    90_000,
  );

  it('and to its whole group, as Ctrl-C in a terminal sends it, is one request and not two', async () => {
    const launcher = launchers.launch();
    await untilReady(launcher);
    launcher.child.kill('SIGINT');
    launcher.child.kill('SIGINT');
    expect(await launcher.exitCode).toBe(0);
    expect(launcher.output()).toContain('Stopping. Press Ctrl-C again to kill everything.');
  }, 90_000);
});

describe('an impatient person', () => {
  it.each([1, 3, 5])(
    'who goes on pressing Ctrl-C once %i processes have started leaves nothing running',
    async (count) => {
      const launcher = launchers.launch();
      const started = new Map<number, ProcessIdentity>();
      const note = async (): Promise<number> => {
        for (const identity of await descendantsOf(launcher)) started.set(identity.pid, identity);
        return started.size;
      };
      await waitFor('some processes', async () => (await note()) >= count, STOP_DEADLINE_MS);
      await waitFor(
        'its end',
        async () => {
          if (launcher.child.exitCode !== null || launcher.child.signalCode !== null) return true;
          await note();
          launcher.child.kill('SIGINT');
          return false;
        },
        STOP_DEADLINE_MS,
      );
      // Resolves when all that it wrote has been read. The whole output, so that a failure shows it.
      await launcher.exitCode;
      expect(launcher.output()).toMatch(/^Stopped\.$/m);
      const left = await Promise.all([...started.values()].map(isStillRunning));
      expect(left.filter((isRunning) => isRunning)).toEqual([]);
      expect(await readStackRecord()).toBeUndefined();
      expect((await readdir(launchers.temporaryFolder)).filter((name) => name.startsWith('nearby-'))).toEqual([]);
    },
    90_000,
  );
});

async function descendantsOf({ child }: Launcher): Promise<ProcessIdentity[]> {
  const lines = await listProcesses();
  const found = new Set([child.pid]);
  for (let before = 0; found.size > before; ) {
    before = found.size;
    for (const { pid, parent } of lines) if (found.has(parent)) found.add(pid);
  }
  found.delete(child.pid);
  const identities = await Promise.all([...found].map((pid) => identifyProcess(pid ?? 0)));
  return identities.filter((identity) => identity !== undefined);
}
