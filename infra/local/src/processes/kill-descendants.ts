/** Kills everything that this process has started, directly or not. */
import { setTimeout as delay } from 'node:timers/promises';
import { listProcesses } from '../machine/list-processes.ts';
import { sendSignal } from './send-signal.ts';

const DEADLINE_MS = 2_000;
const POLL_MS = 20;

/**
 * SIGKILL to all descendants of a process, by default this one, until none is left or for 2 s. Also reaches programs that run to their end,
 * such as a download; those that have left for another parent are not found.
 */
export async function killDescendants(ancestor: number = process.pid): Promise<void> {
  const deadline = performance.now() + DEADLINE_MS;
  for (;;) {
    const pids = await descendantsOf(ancestor);
    if (pids.length === 0 || performance.now() > deadline) return;
    for (const pid of pids) sendSignal(pid, 'SIGKILL');
    await delay(POLL_MS);
  }
}

async function descendantsOf(ancestor: number): Promise<number[]> {
  const lines = (await listProcesses()).filter(({ title }) => !isGone(title));
  const found = new Set([ancestor]);
  let before = 0;
  while (found.size > before) {
    before = found.size;
    for (const { pid, parent } of lines) if (found.has(parent)) found.add(pid);
  }
  found.delete(ancestor);
  return [...found];
}

/** A zombie has ended and waits for its parent to notice; the `ps` that makes the list has ended by now. */
function isGone(title: string): boolean {
  return title === '' || title.endsWith('<defunct>') || title.startsWith('ps -ax ');
}
