/** Finds a PostgreSQL with `pg_dump` and `pg_restore`, which the package of the stack's own PostgreSQL lacks. */
import { execFile } from 'node:child_process';
import { access, constants, readdir } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { unprivilegedFolder } from '../machine/local-folder.ts';
import { RemedyError } from '../machine/remedy-error.ts';
import { withFileLock } from '../machine/with-file-lock.ts';
import { aptFolder, hasDebianTools, libraryPath, unpackDebianPackages } from './debian-packages.ts';

const run = promisify(execFile);
const PROGRAMS = ['initdb', 'postgres', 'pg_dump', 'pg_restore'] as const;

export interface PostgresTools extends Readonly<Record<(typeof PROGRAMS)[number], string>> {
  /** Required environment: the path of libraries unpacked beside them. */
  readonly env: Readonly<Record<string, string>>;
}

/** The system's own, or those of Debian's archive. Rejects when there are none. For tests of backups. */
export async function ensurePostgresTools(): Promise<PostgresTools> {
  const system = await findTools('/usr/lib/postgresql', {});
  if (system) return system;
  const folder = path.join(await unprivilegedFolder(), 'programs', 'postgres-tools');
  const findUnpacked = async () => {
    const libraries = await libraryPath(folder);
    return await findTools(path.join(folder, 'usr/lib/postgresql'), { LD_LIBRARY_PATH: libraries });
  };
  const unpacked = await findUnpacked();
  if (unpacked) return unpacked;
  const missing = new RemedyError('PostgreSQL with pg_dump is not on this machine.', 'Install the package postgresql.');
  if (!(await hasDebianTools())) throw missing;
  await withFileLock(`${aptFolder(folder)}.lock`, async () => {
    if (!(await findUnpacked())) await unpackDebianPackages(await serverAndClient(), folder);
  });
  const downloaded = await findUnpacked();
  if (!downloaded) throw missing;
  return downloaded;
}

/** The newest version below `folder` that has all programs. */
async function findTools(folder: string, env: Readonly<Record<string, string>>): Promise<PostgresTools | undefined> {
  const versions = (await readdir(folder).catch(() => [])).sort((one, other) => Number(other) - Number(one));
  for (const version of versions) {
    const paths = PROGRAMS.map((program) => [program, path.join(folder, version, 'bin', program)] as const);
    const usable = await Promise.allSettled(paths.map(([, file]) => access(file, constants.X_OK)));
    if (usable.some(({ status }) => status === 'rejected')) continue;
    return { ...(Object.fromEntries(paths) as Record<(typeof PROGRAMS)[number], string>), env };
  }
  return undefined;
}

/** The package `postgresql` only names the current version. */
async function serverAndClient(): Promise<string[]> {
  const { stdout } = await run('apt-cache', ['depends', 'postgresql']);
  const server = /Depends: (postgresql-\d+)/.exec(stdout)?.[1] ?? 'postgresql';
  return [server, server.replace('postgresql-', 'postgresql-client-')];
}
