/** Creates PostgreSQL data folders quickly: initialises one per version, and copies that one. */
import { execFile } from 'node:child_process';
import { chown, mkdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { plainEnvironment } from '../binaries/executable.ts';
import type { PostgresBinaries } from '../binaries/postgres-binaries.ts';
import { unprivilegedFolder } from '../machine/local-folder.ts';
import { RemedyError, systemErrorCode } from '../machine/remedy-error.ts';
import { withFileLock } from '../machine/with-file-lock.ts';

const run = promisify(execFile);

/**
 * Fills `dataFolder`, which must not exist yet, with an empty cluster: superuser `postgres`, UTF-8, the same collation on
 * every machine. Its parent must be writable for the user PostgreSQL runs as.
 */
export async function copyInitialCluster(binaries: PostgresBinaries, dataFolder: string): Promise<void> {
  // initdb takes a second, a copy 50 ms: each test suite starts a server.
  const initial = path.join(await unprivilegedFolder(), 'programs', `postgres-${binaries.version}-initial`);
  if (!(await isFolder(initial))) {
    await withFileLock(`${initial}.lock`, async () => {
      if (!(await isFolder(initial))) await initialise(binaries, initial);
    });
  }
  const partial = `${dataFolder}.partial`;
  await rm(partial, { recursive: true, force: true });
  // `cp` and not fs.cp: it can run as PostgreSQL's user, which then owns the copy.
  await run('cp', ['-R', path.join(initial, 'data'), partial], { ...binaries.runAs });
  // Complete or not there: a start that is interrupted while copying can be repeated.
  await rename(partial, dataFolder);
}

async function initialise(binaries: PostgresBinaries, initial: string): Promise<void> {
  const partial = `${initial}.partial-${process.pid}`;
  await rm(partial, { recursive: true, force: true });
  await mkdir(partial, { recursive: true });
  if (binaries.runAs) await chown(partial, binaries.runAs.uid, binaries.runAs.gid);
  const locale = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
  // 4 MB instead of 16: the copy is smaller.
  const size = ['--wal-segsize=4', '--no-sync'];
  const access = ['--username=postgres', '--auth=trust'];
  await run(binaries.initdb, ['-D', path.join(partial, 'data'), ...access, ...locale, ...size], {
    env: plainEnvironment(),
    cwd: partial,
    ...binaries.runAs,
  }).catch(async (cause: unknown) => {
    await rm(partial, { recursive: true, force: true });
    // The usual reason: in some containers the user has a number and no entry in /etc/passwd.
    const reason = cause instanceof Error ? cause.message.trim().split('\n').at(-1) : String(cause);
    throw new RemedyError(
      `PostgreSQL could not prepare its data (${reason}).`,
      'Run this as a user of /etc/passwd or as root, or set DATABASE_URL to a PostgreSQL of your own.',
      { cause },
    );
  });
  await rename(partial, initial);
}

async function isFolder(folder: string): Promise<boolean> {
  try {
    return (await stat(folder)).isDirectory();
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return false;
    throw error;
  }
}
