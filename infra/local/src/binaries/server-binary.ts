/** Finds or fetches a server program: the system's own, then a cached download, Debian's archive, Homebrew. */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { localFolder } from '../machine/local-folder.ts';
import { RemedyError } from '../machine/remedy-error.ts';
import { withFileLock } from '../machine/with-file-lock.ts';
import { type ProgressSink, withProgress } from '../machine/with-progress.ts';
import { aptFolder, hasDebianTools, libraryPath, unpackDebianPackages } from './debian-packages.ts';
import { type Executable, findInPath, isAtLeast, readVersion } from './executable.ts';

interface ServerProgram {
  /** The name in messages. */
  readonly title: string;
  readonly command: string;
  readonly versionFlag: string;
  /** Matches the version in the output of the version flag. */
  readonly versionPattern: RegExp;
  readonly oldestVersion: string;
  readonly debianPackages: readonly string[];
  /** Where Debian's package has the program. */
  readonly debianPath: string;
  readonly brewFormula: string;
}

const BREW_FOLDERS = ['/opt/homebrew', '/usr/local'];

/** The program, ready to run. Rejects with the command to install it when it can neither be found nor downloaded. */
export async function ensureServerBinary(program: ServerProgram, progress?: ProgressSink): Promise<Executable> {
  const brewPaths = BREW_FOLDERS.map((folder) => path.join(folder, 'opt', program.brewFormula, 'bin', program.command));
  for (const command of [...(await findInPath(program.command)), ...brewPaths]) {
    const source = brewPaths.includes(command) ? 'brew' : 'system';
    const found = await probe(program, command, {}, source);
    if (found) return found;
  }
  const folder = path.join(localFolder(), 'programs', program.command);
  const cached = await probeUnpacked(program, folder);
  if (cached) return cached;
  if (!(await hasDebianTools())) throw notAvailable(program);

  await mkdir(path.dirname(folder), { recursive: true });
  const fetching = withFileLock(`${aptFolder(folder)}.lock`, async () => {
    // Another process may have downloaded it while this one waited.
    const meanwhile = await probeUnpacked(program, folder);
    if (meanwhile) return meanwhile;
    await unpackDebianPackages(program.debianPackages, folder);
    return await probeUnpacked(program, folder);
  });
  const fetched = await withProgress(
    `Downloading ${program.title} from the system's package archive`,
    fetching,
    progress,
  ).catch((cause: unknown) => {
    throw notAvailable(program, cause);
  });
  if (!fetched) throw notAvailable(program);
  return fetched;
}

async function probeUnpacked(program: ServerProgram, folder: string): Promise<Executable | undefined> {
  const libraries = await libraryPath(folder);
  const env: Record<string, string> = libraries === '' ? {} : { LD_LIBRARY_PATH: libraries };
  return await probe(program, path.join(folder, program.debianPath), env, 'package');
}

async function probe(
  program: ServerProgram,
  command: string,
  env: Readonly<Record<string, string>>,
  source: Executable['source'],
): Promise<Executable | undefined> {
  const version = program.versionPattern.exec((await readVersion(command, program.versionFlag, env)) ?? '')?.[1];
  if (version === undefined || !isAtLeast(version, program.oldestVersion)) return undefined;
  return { command, env, version, source };
}

function notAvailable(program: ServerProgram, cause?: unknown): RemedyError {
  const reason = cause instanceof Error ? ` (${cause.message.trim().split('\n').at(-1)})` : '';
  const command =
    process.platform === 'darwin'
      ? `brew install ${program.brewFormula}`
      : `apt-get install ${program.debianPackages[0]}`;
  return new RemedyError(
    `${program.title} ${program.oldestVersion} or newer is not on this machine and could not be downloaded${reason}.`,
    `Install it, for example with: ${command}`,
    { cause },
  );
}
