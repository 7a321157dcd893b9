/** A process that is stopped while it starts does not outlive its starter. */
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { type TestFolder, useTestFolder } from '../test-support/test-folder.ts';
import { type ManagedProcess, spawnManaged } from './managed-process.ts';
import { RestartableProcess } from './restartable-process.ts';

let folder: TestFolder;
let spawned: ManagedProcess | undefined;

beforeEach(async () => {
  folder = await useTestFolder();
  spawned = undefined;
});

afterEach(async () => {
  await spawned?.stop(0);
  await folder.dispose();
});

/** Ready only when it has ended. */
function neverReady(): RestartableProcess {
  return new RestartableProcess({
    name: 'slow',
    spawn: async () => {
      spawned = await spawnManaged({
        name: 'slow',
        command: process.execPath,
        // Ends by itself should the test fail.
        args: ['-e', 'setTimeout(() => undefined, 20_000)'],
        env: {},
        stopSignal: 'SIGTERM',
      });
      return spawned;
    },
    waitUntilReady: async ({ exited }) => {
      await exited;
      throw new Error('ended before it was ready');
    },
  });
}

it.each(['stop', 'kill, then stop'])('is gone after a %s while it is being spawned', async (way) => {
  const slow = neverReady();
  const starting = expect(slow.start()).rejects.toThrow('ended before it was ready');
  // There is no pid to signal yet.
  expect(spawned).toBeUndefined();
  if (way.startsWith('kill')) slow.kill('SIGKILL');
  await slow.stop();
  expect(spawned?.isRunning()).toBe(false);
  await starting;
});

it('is gone after a stop while it becomes ready', async () => {
  const slow = neverReady();
  const starting = expect(slow.start()).rejects.toThrow('ended before it was ready');
  while (!slow.isRunning()) await new Promise(setImmediate);
  await slow.stop();
  expect(spawned?.isRunning()).toBe(false);
  await starting;
});
