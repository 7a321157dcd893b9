/** Lists the workers of a running nginx, the only way to observe that a reload has taken effect. */
import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

interface NginxWorker {
  readonly pid: number;
  /** Accepts no new connections and waits for its sockets to end. */
  readonly isRetiring: boolean;
}

interface ProcessLine {
  readonly pid: number;
  readonly parent: number;
  readonly title: string;
}

/**
 * The worker processes of that master: all its children, since one that has just been forked still has the master's title
 * and accepts connections a moment later.
 */
export async function listNginxWorkers(masterPid: number): Promise<NginxWorker[]> {
  const lines = process.platform === 'linux' ? await readProc() : await readPs();
  return lines
    .filter(({ parent }) => parent === masterPid)
    .map(({ pid, title }) => ({ pid, isRetiring: title.includes('shutting down') }));
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
