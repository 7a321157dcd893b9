/** Unpacks programs from the Debian or Ubuntu archive into a folder, without installing them and without being root. */
import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { findInPath } from './executable.ts';

const run = promisify(execFile);

/** Whether this machine has the tools of a Debian family system. */
export async function hasDebianTools(): Promise<boolean> {
  if (process.platform !== 'linux') return false;
  const found = await Promise.all(['apt-get', 'apt-cache', 'dpkg-deb', 'dpkg-query'].map(findInPath));
  return found.every((paths) => paths.length > 0);
}

/** How long the downloaded list of packages counts as current. */
const LISTS_FRESH_MS = 3_600_000;

/**
 * Downloads the packages with those of their libraries that this system lacks, and unpacks all into `folder`, which
 * appears complete or not at all. Not for two callers at once (see with-file-lock.ts). Rejects when the archive cannot be
 * reached or does not have a package.
 */
export async function unpackDebianPackages(packages: readonly string[], folder: string): Promise<void> {
  const partial = `${folder}.partial`;
  const downloads = path.join(partial, 'downloads');
  const root = path.join(partial, 'root');
  const apt = aptOptions(aptFolder(folder));
  try {
    await rm(partial, { recursive: true, force: true });
    await mkdir(downloads, { recursive: true });
    await mkdir(root, { recursive: true });
    await refreshLists(aptFolder(folder), apt);
    const wanted = await withMissingLibraries(packages, apt);
    await run('apt-get', [...apt, '-qq', 'download', ...wanted], { cwd: downloads });
    for (const archive of await readdir(downloads)) await run('dpkg-deb', ['-x', path.join(downloads, archive), root]);
    await rm(folder, { recursive: true, force: true });
    await rename(root, folder);
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

/** Everything apt keeps for one folder of programs; a caller that unpacks into that folder holds the lock beside it. */
export function aptFolder(folder: string): string {
  return path.join(path.dirname(folder), 'apt');
}

// Separate lists: those of the system may be missing (in containers) or out of date, and only root may update them.
async function refreshLists(workFolder: string, apt: readonly string[]): Promise<void> {
  const marker = path.join(workFolder, 'updated');
  const updatedAt = await stat(marker).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  );
  if (Date.now() - updatedAt < LISTS_FRESH_MS) return;
  for (const part of ['lists/partial', 'cache/archives/partial']) {
    await mkdir(path.join(workFolder, part), { recursive: true });
  }
  await run('apt-get', [...apt, '-qq', 'update']);
  await writeFile(marker, '');
}

/**
 * Where the libraries of an unpacked folder are, as a value for LD_LIBRARY_PATH. Some packages keep libraries in a folder
 * of their own that they name by an absolute path (libpulse0), so each folder below with a library counts, too.
 */
export async function libraryPath(folder: string): Promise<string> {
  const found: string[] = [];
  for (const parent of [path.join(folder, 'usr/lib'), path.join(folder, 'lib')]) {
    for (const name of await readdir(parent).catch(() => [])) {
      if (!name.endsWith('-linux-gnu')) continue;
      const libraries = path.join(parent, name);
      found.push(libraries);
      const entries = await readdir(libraries, { recursive: true, withFileTypes: true });
      const own = entries.filter((entry) => entry.parentPath !== libraries && /\.so(\.|$)/.test(entry.name));
      found.push(...new Set(own.map((entry) => entry.parentPath)));
    }
  }
  return found.join(':');
}

function aptOptions(workFolder: string): string[] {
  const settings = [
    `Dir::State::Lists=${workFolder}/lists`,
    `Dir::Cache=${workFolder}/cache`,
    'Debug::NoLocking=1',
    // Under root, apt would switch to a user that may not write into this folder.
    'APT::Sandbox::User=root',
  ];
  return settings.flatMap((setting) => ['-o', setting]);
}

async function withMissingLibraries(packages: readonly string[], apt: readonly string[]): Promise<string[]> {
  const wanted = new Set(packages);
  let layer = [...packages];
  while (layer.length > 0) {
    const { stdout } = await run('apt-cache', [...apt, 'depends', '--important', ...layer]);
    const libraries = parseLibraryDependencies(stdout).filter((name) => !wanted.has(name));
    layer = await notInstalled(libraries);
    for (const name of layer) wanted.add(name);
  }
  return [...wanted];
}

/**
 * The libraries named in the output of `apt-cache depends`; of alternatives (`|Depends`) the first. JavaScript libraries
 * (`libjs-`) are not needed to run a program.
 */
export function parseLibraryDependencies(output: string): string[] {
  const names: string[] = [];
  let isFurtherAlternative = false;
  for (const line of output.split('\n')) {
    const match = /^\s+(\|?)(?:Pre)?Depends: (\S+)/.exec(line);
    if (!match?.[2]) continue;
    if (!isFurtherAlternative && /^lib(?!js-)[^<]/.test(match[2])) names.push(match[2]);
    isFurtherAlternative = match[1] === '|';
  }
  return [...new Set(names)];
}

async function notInstalled(names: readonly string[]): Promise<string[]> {
  if (names.length === 0) return [];
  const status = await readFile('/var/lib/dpkg/status', 'utf8');
  const installed = new Set(
    status
      .split('\n\n')
      .filter((entry) => /^Status: .* installed$/m.test(entry))
      .map((entry) => /^Package: (\S+)$/m.exec(entry)?.[1]),
  );
  return names.filter((name) => !installed.has(name));
}
