/** Reads how long processes were on a CPU, from the scheduler's own accounts. */
import { readdir, readFile } from 'node:fs/promises';
import { RemedyError } from '@nearby-friends/local-stack';

/** Nanoseconds by process id. */
export type CpuAccounts = ReadonlyMap<number, number>;

/** Accounts of these processes, to be held against a later reading. */
export async function readCpu(pids: readonly number[]): Promise<CpuAccounts> {
  return new Map(await Promise.all(pids.map(async (pid) => [pid, await ofProcess(pid)] as const)));
}

/** What was used between two readings. A process that is not in both, since it ended or began meanwhile, counts nothing. */
export function cpuBetween(before: CpuAccounts, after: CpuAccounts): number {
  let sum = 0;
  for (const [pid, nanoseconds] of after) sum += Math.max(0, nanoseconds - (before.get(pid) ?? nanoseconds));
  return sum;
}

/**
 * Nanoseconds that all threads of a process have been on a CPU, user and kernel. A thread that has ended counts nothing;
 * Node's live as long as their process. Throws {@link RemedyError} where the kernel keeps no such accounts.
 */
async function ofProcess(pid: number): Promise<number> {
  if (process.platform !== 'linux') {
    throw new RemedyError('CPU time per process is read from /proc.', 'Run the benchmark on Linux.');
  }
  const threads = await readdir(`/proc/${pid}/task`).catch(() => []);
  const each = await Promise.all(
    threads.map(async (thread) => {
      const text = await readFile(`/proc/${pid}/task/${thread}/schedstat`, 'latin1').catch(() => '0');
      return parseSchedstat(text);
    }),
  );
  return each.reduce((sum, one) => sum + one, 0);
}

/** The first of the three figures: nanoseconds on a CPU (kernel documentation, scheduler/sched-stats). */
export function parseSchedstat(text: string): number {
  const nanoseconds = Number(text.trim().split(' ')[0]);
  if (Number.isFinite(nanoseconds)) return nanoseconds;
  throw new RemedyError(
    'The kernel keeps no accounts of the scheduler.',
    'Use a kernel with CONFIG_SCHED_INFO, as all distributions have.',
  );
}
