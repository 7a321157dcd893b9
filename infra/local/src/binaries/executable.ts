/** Describes a program that the stack runs: its path, version, origin and environment. */
import { execFile } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface Executable {
  readonly command: string;
  /** Required environment, for example the path of libraries unpacked beside it. */
  readonly env: Readonly<Record<string, string>>;
  readonly version: string;
  readonly source: 'system' | 'package' | 'brew';
}

/** The environment for a program of the stack: what every program expects, and nothing of the caller's settings. */
export function plainEnvironment(
  extra: Readonly<Record<string, string | undefined>> = {},
): Record<string, string | undefined> {
  return { PATH: process.env['PATH'], HOME: process.env['HOME'], LC_ALL: 'C', TZ: 'UTC', ...extra };
}

/** Full paths of the programs of that name, in PATH and in the usual folders of servers. */
export async function findInPath(name: string): Promise<string[]> {
  const folders = [...(process.env['PATH'] ?? '').split(path.delimiter), '/usr/sbin', '/usr/local/sbin', '/sbin'];
  const candidates = [...new Set(folders.filter((folder) => folder !== '').map((folder) => path.join(folder, name)))];
  const usable = await Promise.all(candidates.map(isExecutable));
  return candidates.filter((_, index) => usable[index]);
}

/** The program's output for its version flag, or undefined when it cannot run. */
export async function readVersion(
  command: string,
  versionFlag: string,
  env: Readonly<Record<string, string>> = {},
): Promise<string | undefined> {
  try {
    const { stdout, stderr } = await run(command, [versionFlag], { env: plainEnvironment(env) });
    return `${stdout}${stderr}`;
  } catch {
    // Missing, of another architecture, or without its libraries: unusable in each case.
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
