/** One holder at a time, and take-over from a holder that died. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type TestFolder, useTestFolder } from '../test-support/test-folder.ts';
import { withFileLock } from './with-file-lock.ts';

let folder: TestFolder;

beforeAll(async () => {
  folder = await useTestFolder();
});

afterAll(async () => {
  await folder.dispose();
});

describe('withFileLock', () => {
  it('lets one in at a time, also after one that failed', async () => {
    const file = path.join(folder.path, 'one.lock');
    let inside = 0;
    let maxInside = 0;
    const work = async (index: number): Promise<number> => {
      inside += 1;
      maxInside = Math.max(maxInside, inside);
      await turn();
      inside -= 1;
      if (index === 2) throw new Error('no luck');
      return index;
    };
    const outcomes = await Promise.allSettled([0, 1, 2, 3].map((index) => withFileLock(file, () => work(index))));
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
    expect(maxInside).toBe(1);
  });

  it('takes over from a holder that died', async () => {
    const file = path.join(folder.path, 'stale.lock');
    await writeFile(file, JSON.stringify({ pid: process.pid, startedAt: 'long ago' }));
    expect(await withFileLock(file, async () => 'in')).toBe('in');
  });

  it.each(['', '{', 'null', '{}', '[1]'])('takes over from a lock that a crash has left as %j', async (content) => {
    const file = path.join(folder.path, 'damaged.lock');
    await writeFile(file, content);
    expect(await withFileLock(file, async () => 'in')).toBe('in');
  });
});
