/** A local folder for one test file, so that it neither sees nor disturbs what else runs from this checkout. */
import { chmod, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { localFolder } from '../machine/local-folder.ts';

export interface TestFolder {
  readonly path: string;
  /** Removes it and restores the previous folder. */
  dispose(): Promise<void>;
}

/** Sets `NEARBY_LOCAL_DIR` to a new folder that links the programs already downloaded or unpacked. */
export async function useTestFolder(): Promise<TestFolder> {
  const programs = path.join(localFolder(), 'programs');
  const before = process.env['NEARBY_LOCAL_DIR'];
  const folder = await mkdtemp(path.join(tmpdir(), 'nearby-local-'));
  // PostgreSQL enters it as another user, where the tests run as root.
  await chmod(folder, 0o755);
  await mkdir(programs, { recursive: true });
  await symlink(programs, path.join(folder, 'programs'));
  process.env['NEARBY_LOCAL_DIR'] = folder;
  return {
    path: folder,
    dispose: async () => {
      if (before === undefined) delete process.env['NEARBY_LOCAL_DIR'];
      else process.env['NEARBY_LOCAL_DIR'] = before;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
