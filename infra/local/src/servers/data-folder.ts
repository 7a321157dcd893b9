/** Checks and creates the folder in which PostgreSQL keeps its data. */
import { chown, mkdir, readdir, readFile, rmdir } from 'node:fs/promises';
import path from 'node:path';
import type { PostgresBinaries } from '../binaries/postgres-binaries.ts';
import { RemedyError, systemErrorCode } from '../machine/remedy-error.ts';
import { type ProgressSink, withProgress } from '../machine/with-progress.ts';
import { copyInitialCluster } from './copy-initial-cluster.ts';

const REMEDY = 'Move that folder away; the next start creates a new empty database.';

/** Rejects when the data of `folder` is no database, such as after an interrupted copy. */
export async function checkDataFolder(folder: string): Promise<void> {
  await clusterVersion(dataFolderOf(folder));
}

/** Creates the database below `folder` unless there is one. Returns its own folder. Rejects when it cannot be used. */
export async function prepareDataFolder(
  folder: string,
  binaries: PostgresBinaries,
  progress?: ProgressSink,
): Promise<string> {
  const dataFolder = dataFolderOf(folder);
  const made = await clusterVersion(dataFolder);
  const major = binaries.version.split('.')[0];
  if (made !== undefined && made !== major) {
    throw new RemedyError(
      `The data in ${dataFolder} was created by PostgreSQL ${made}, and this is PostgreSQL ${major}.`,
      REMEDY,
    );
  }
  if (made === undefined) {
    await mkdir(folder, { recursive: true });
    if (binaries.runAs) await chown(folder, binaries.runAs.uid, binaries.runAs.gid);
    await withProgress('Preparing a database', copyInitialCluster(binaries, dataFolder), progress);
  }
  return dataFolder;
}

function dataFolderOf(folder: string): string {
  return path.join(folder, 'data');
}

/** The major version, or undefined where there is no database yet; an empty folder is removed. */
async function clusterVersion(dataFolder: string): Promise<string | undefined> {
  const entries = await list(dataFolder);
  if (entries === undefined) return undefined;
  if (entries.length === 0) {
    await rmdir(dataFolder);
    return undefined;
  }
  const version = entries.includes('PG_VERSION')
    ? (await readFile(path.join(dataFolder, 'PG_VERSION'), 'utf8')).trim()
    : '';
  // PostgreSQL writes this file early, and cannot start without it.
  if (version !== '' && entries.includes('global')) return version;
  throw new RemedyError(`The folder ${dataFolder} holds no complete PostgreSQL database.`, REMEDY);
}

async function list(folder: string): Promise<string[] | undefined> {
  try {
    return await readdir(folder);
  } catch (cause) {
    const code = systemErrorCode(cause);
    if (code === 'ENOENT') return undefined;
    throw new RemedyError(`The folder ${folder} cannot be read (${code ?? String(cause)}).`, REMEDY, { cause });
  }
}
