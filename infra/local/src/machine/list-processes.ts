/** Lists the processes of this machine with their parents. */
import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface ProcessLine {
  readonly pid: number;
  readonly parent: number;
  /** The command line, or what the process has made of it. */
  readonly title: string;
}

/** All processes; one that ends meanwhile may be missing, and a zombie has an empty title. */
export async function listProcesses(): Promise<ProcessLine[]> {
  return process.platform === 'linux' ? await readProc() : await readPs();
}

// /proc and not ps: slim container images come without it.
async function readProc(): Promise<ProcessLine[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const lines = await Promise.all(pids.map(readProcEntry));
  return lines.filter((line) => line !== undefined);
}

async function readProcEntry(pid: number): Promise<ProcessLine | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
    const title = (await readFile(`/proc/${pid}/cmdline`, 'utf8')).replaceAll('\0', ' ');
    return { pid, parent, title };
  } catch {
    // It ended after it was listed.
    return undefined;
  }
}

async function readPs(): Promise<ProcessLine[]> {
  const { stdout } = await run('ps', ['-ax', '-o', 'pid=,ppid=,command=']);
  return stdout
    .split('\n')
    .map((line) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line))
    .filter((match) => match !== null)
    .map(([, pid, parent, title = '']) => ({ pid: Number(pid), parent: Number(parent), title }));
}
