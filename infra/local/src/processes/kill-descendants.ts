/** Kills everything that this process has started, directly or not. */
import { setTimeout as delay } from 'node:timers/promises';
import { listProcesses } from '../machine/list-processes.ts';
import { identifyProcess, isStillRunning, type ProcessIdentity } from '../machine/process-identity.ts';
import { sendSignal } from './send-signal.ts';

const DEADLINE_MS = 2_000;
const POLL_MS = 20;

/**
 * SIGKILL to all descendants of a process, by default this one, until all have ended or for 2 s. Also reaches programs that run to
 * their end, such as a download; those that had left for another parent before are not found.
 */
export async function killDescendants(ancestor: number = process.pid): Promise<void> {
  const deadline = performance.now() + DEADLINE_MS;
  const killed = new Map<number, ProcessIdentity>();
  for (;;) {
    const found = await descendantsOf(ancestor);
    for (const identity of found) {
      sendSignal(identity.pid, 'SIGKILL');
      killed.set(identity.pid, identity);
    }
    // The children of one that has ended have another parent, and may take a moment to end themselves.
    if (found.length === 0 && !(await isAnyRunning(killed.values()))) return;
    if (performance.now() > deadline) return;
    await delay(POLL_MS);
  }
}

async function descendantsOf(ancestor: number): Promise<ProcessIdentity[]> {
  const lines = (await listProcesses()).filter(({ title }) => !isGone(title));
  const found = new Set([ancestor]);
  let before = 0;
  while (found.size > before) {
    before = found.size;
    for (const { pid, parent } of lines) if (found.has(parent)) found.add(pid);
  }
  found.delete(ancestor);
  const identities = await Promise.all([...found].map(identifyProcess));
  return identities.filter((identity) => identity !== undefined);
}

async function isAnyRunning(identities: Iterable<ProcessIdentity>): Promise<boolean> {
  return (await Promise.all(Array.from(identities, isStillRunning))).includes(true);
}

/** A zombie has ended and waits for its parent to notice; the `ps` that makes the list has ended by now. */
function isGone(title: string): boolean {
  return title === '' || title.endsWith('<defunct>') || title.startsWith('ps -ax ');
}
