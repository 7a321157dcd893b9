/** Which steps of the bootstrap run again, and which are skipped. */
import { rm, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { checkoutRoot } from './machine/local-folder.ts';
import { type TestFolder, useTestFolder } from './test-support/test-folder.ts';

interface Stamps {
  runUnlessUnchanged(step: {
    folder: string;
    name: string;
    fingerprint: string;
    products: readonly string[];
    work: () => Promise<void>;
  }): Promise<boolean>;
  fingerprintContents(files: readonly string[], facts?: readonly string[]): Promise<string>;
  fingerprintTimes(files: readonly string[]): Promise<string>;
  listFiles(folder: string, accept: (file: string) => boolean): Promise<string[]>;
}

// Plain JavaScript without types: it runs before anything is installed.
const stamps = (await import(path.join(checkoutRoot, 'infra/local/bootstrap/stamps.mjs'))) as Stamps;

let folder: TestFolder;

beforeEach(async () => {
  folder = await useTestFolder();
});

afterEach(async () => {
  await folder.dispose();
});

describe('runUnlessUnchanged', () => {
  it('runs once per fingerprint, and again when its output is gone', async () => {
    const product = path.join(folder.path, 'product');
    const work = jest.fn(() => writeFile(product, 'made'));
    const step = { folder: folder.path, name: 'build', products: [product], work };
    expect(await stamps.runUnlessUnchanged({ ...step, fingerprint: 'a' })).toBe(true);
    expect(await stamps.runUnlessUnchanged({ ...step, fingerprint: 'a' })).toBe(false);
    expect(await stamps.runUnlessUnchanged({ ...step, fingerprint: 'b' })).toBe(true);
    await rm(product);
    expect(await stamps.runUnlessUnchanged({ ...step, fingerprint: 'b' })).toBe(true);
    expect(work).toHaveBeenCalledTimes(3);
  });

  it('runs again after a failure, also for the fingerprint of the last success', async () => {
    const step = { folder: folder.path, name: 'build', products: [] };
    const fail = async (): Promise<void> => {
      throw new Error('does not compile');
    };
    await stamps.runUnlessUnchanged({ ...step, fingerprint: 'a', work: async () => undefined });
    await expect(stamps.runUnlessUnchanged({ ...step, fingerprint: 'b', work: fail })).rejects.toThrow('compile');
    expect(await stamps.runUnlessUnchanged({ ...step, fingerprint: 'a', work: async () => undefined })).toBe(true);
  });
});

describe('fingerprints', () => {
  it('of contents see every change, a missing file and another fact, but not a mere touch', async () => {
    const file = path.join(folder.path, 'lock.yaml');
    const none = await stamps.fingerprintContents([file]);
    await writeFile(file, 'one');
    const one = await stamps.fingerprintContents([file]);
    await utimes(file, 1, 1);
    expect(await stamps.fingerprintContents([file])).toBe(one);
    expect(await stamps.fingerprintContents([file], ['arm64'])).not.toBe(one);
    await writeFile(file, 'two');
    expect(new Set([none, one, await stamps.fingerprintContents([file])]).size).toBe(3);
  });

  it('of times see a change, a new file and one that went', async () => {
    const [first, second] = ['a.ts', 'b.ts'].map((name) => path.join(folder.path, name)) as [string, string];
    await writeFile(first, 'one');
    const alone = await stamps.fingerprintTimes([first]);
    await writeFile(second, 'two');
    const both = await stamps.fingerprintTimes([first, second]);
    await utimes(second, 1, 1);
    expect(new Set([alone, both, await stamps.fingerprintTimes([first, second])]).size).toBe(3);
    const listed = await stamps.listFiles(folder.path, (file) => file.endsWith('.ts'));
    expect(listed.sort()).toEqual([first, second]);
    expect(await stamps.listFiles(path.join(folder.path, 'nowhere'), () => true)).toEqual([]);
  });
});
