/** Reads how much memory processes hold. */
import { readFile } from 'node:fs/promises';

/** Bytes of physical memory of all these processes; one that has ended counts nothing. */
export async function residentBytes(pids: readonly number[]): Promise<number> {
  const each = await Promise.all(pids.map(async (pid) => parseStatus(await readFile(`/proc/${pid}/status`, 'latin1'))));
  return each.reduce((sum, one) => sum + one, 0);
}

/** From the text of /proc/PID/status; a process without memory has no such line. */
export function parseStatus(text: string): number {
  return 1_024 * Number(/^VmRSS:\s+(\d+) kB$/m.exec(text)?.[1] ?? 0);
}
