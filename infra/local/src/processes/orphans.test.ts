/** Processes whose starter died are ended later, and no others. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { identifyProcess, isStillRunning, type ProcessIdentity } from '../machine/process-identity.ts';
import { systemErrorCode } from '../machine/remedy-error.ts';
import { type TestFolder, useTestFolder } from '../test-support/test-folder.ts';
import { waitFor } from '../test-support/wait-for.ts';
import { spawnManaged } from './managed-process.ts';
import { endOrphans, recordChild } from './orphans.ts';

const FOREVER = 'setInterval(() => undefined, 1000)';
const FOREVER_STUBBORN = `process.on('SIGTERM', () => undefined); process.stdout.write('up'); ${FOREVER}`;

let folder: TestFolder;
let children: ChildProcess[];

beforeEach(async () => {
  folder = await useTestFolder();
  children = [];
});

afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  await folder.dispose();
});

async function startForeign(script = FOREVER): Promise<ProcessIdentity> {
  const child = spawn(process.execPath, ['-e', script], { detached: true, stdio: ['ignore', 'pipe', 'ignore'] });
  children.push(child);
  if (script === FOREVER_STUBBORN) await new Promise((resolve) => child.stdout?.once('data', resolve));
  const identity = await identifyProcess(child.pid ?? 0);
  if (identity === undefined) throw new Error('The process of the test did not start.');
  return identity;
}

/** As a launcher that died leaves it: its pid may belong to another process now, with another start. */
async function recordAsOrphan(child: ProcessIdentity): Promise<void> {
  await recordChild({ name: 'redis', pid: child.pid, stopSignal: 'SIGTERM' });
  const starter = { pid: process.pid, startedAt: 'long ago' };
  const temporaryFolder = path.join(folder.path, 'temporary');
  await mkdir(temporaryFolder);
  const record = { name: 'redis', child, starter, stopSignal: 'SIGTERM', temporaryFolder };
  await writeFile(path.join(folder.path, 'processes', `${child.pid}.json`), JSON.stringify(record));
}

async function records(): Promise<string[]> {
  try {
    return await readdir(path.join(folder.path, 'processes'));
  } catch (error) {
    // The first record makes the folder.
    if (systemErrorCode(error) === 'ENOENT') return [];
    throw error;
  }
}

describe('endOrphans', () => {
  it('ends what a dead starter left, removes its folder, and forgets it', async () => {
    const orphan = await startForeign();
    await recordAsOrphan(orphan);
    expect(await endOrphans()).toEqual(['redis']);
    expect(await isStillRunning(orphan)).toBe(false);
    expect(await records()).toEqual([]);
    expect(await readdir(folder.path)).not.toContain('temporary');
    expect(await endOrphans()).toEqual([]);
  });

  it('kills what ignores its stop signal', async () => {
    const orphan = await startForeign(FOREVER_STUBBORN);
    await recordAsOrphan(orphan);
    expect(await endOrphans()).toEqual(['redis']);
    expect(await isStillRunning(orphan)).toBe(false);
  });

  it('never touches a process that merely has the pid of an earlier one', async () => {
    const other = await startForeign();
    await recordAsOrphan({ ...other, startedAt: `${other.startedAt}0` });
    expect(await endOrphans()).toEqual([]);
    expect(await isStillRunning(other)).toBe(true);
    expect(await records()).toEqual([]);
  });

  it('leaves alone what a living starter runs', async () => {
    const child = await startForeign();
    await recordChild({ name: 'redis', pid: child.pid, stopSignal: 'SIGTERM' });
    expect(await endOrphans()).toEqual([]);
    expect(await isStillRunning(child)).toBe(true);
    expect(await records()).toHaveLength(1);
  });

  it('has no record of a process that ended', async () => {
    const managed = await spawnManaged({
      name: 'short',
      command: process.execPath,
      args: ['-e', ''],
      env: {},
      stopSignal: 'SIGTERM',
    });
    expect(await managed.exited).toEqual({ code: 0, signal: null });
    expect(await waitFor('no records', async () => (await records()).length === 0)).toBe(true);
  });
});
