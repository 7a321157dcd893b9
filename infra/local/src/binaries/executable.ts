/** Describes a program the stack runs: where it is, what it needs around it, and where it came from. */
import { execFile } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface Executable {
  readonly command: string;
  /** What must be in its environment, for example the path of libraries unpacked beside it. */
  readonly env: Readonly<Record<string, string>>;
  readonly version: string;
  readonly source: 'system' | 'package' | 'brew';
}

/** The environment for a program of the stack: what every program expects, and nothing of the caller's settings. */
export function plainEnvironment(extra: Readonly<Record<string, string>> = {}): Record<string, string | undefined> {
  return { PATH: process.env['PATH'], HOME: process.env['HOME'], LC_ALL: 'C', TZ: 'UTC', ...extra };
}

/** Full paths of the programs of that name, in PATH and where servers live that are not in everybody's PATH. */
export async function findInPath(name: string): Promise<string[]> {
  const folders = [...(process.env['PATH'] ?? '').split(path.delimiter), '/usr/sbin', '/usr/local/sbin', '/sbin'];
  const candidates = [...new Set(folders.filter((folder) => folder !== '').map((folder) => path.join(folder, name)))];
  const usable = await Promise.all(candidates.map(isExecutable));
  return candidates.filter((_, index) => usable[index]);
}

/** Everything the program printed for its version question, or undefined when it cannot even run. */
export async function readVersion(
  command: string,
  versionFlag: string,
  env: Readonly<Record<string, string>> = {},
): Promise<string | undefined> {
  try {
    const { stdout, stderr } = await run(command, [versionFlag], { env: plainEnvironment(env) });
    return `${stdout}${stderr}`;
  } catch {
    // Not there, of another architecture or without its libraries: all the same, it is not one to use.
    return undefined;
  }
}

/** Whether a dotted version is at least the wanted one, compared number by number. */
export function isAtLeast(version: string, wanted: string): boolean {
  const [have, want] = [version, wanted].map((text) => text.split('.').map(Number));
  if (have === undefined || want === undefined) return false;
  for (const [index, number] of want.entries()) {
    const difference = (have[index] ?? 0) - number;
    if (difference !== 0) return difference > 0;
  }
  return true;
}

async function isExecutable(file: string): Promise<boolean> {
  return await access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}
