/** Notes which processes were started, so that those whose starter died without stopping them are ended later. */
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { localFolder } from '../machine/local-folder.ts';
import { identifyProcess, isStillRunning, type ProcessIdentity } from '../machine/process-identity.ts';
import { systemErrorCode } from '../machine/remedy-error.ts';
import { sendSignal } from './send-signal.ts';

interface ChildRecord {
  readonly name: string;
  readonly child: ProcessIdentity;
  /** Who started it and would stop it. */
  readonly starter: ProcessIdentity;
  readonly stopSignal: NodeJS.Signals;
  /** What was made for it alone, to be removed with it. */
  readonly temporaryFolder?: string | undefined;
}

/** How long an orphan may take to end in order before it is killed. */
const ORPHAN_DEADLINE_MS = 5_000;
const POLL_MS = 20;

function recordsFolder(): string {
  return path.join(localFolder(), 'processes');
}

function recordFile(pid: number): string {
  return path.join(recordsFolder(), `${pid}.json`);
}

/** Notes a child of this process; a child that has already ended is not noted. */
export async function recordChild(
  child: Pick<ChildRecord, 'name' | 'stopSignal' | 'temporaryFolder'> & { readonly pid: number },
): Promise<void> {
  const [identity, starter] = await Promise.all([identifyProcess(child.pid), identifyProcess(process.pid)]);
  if (identity === undefined || starter === undefined) return;
  const { pid: _, ...about } = child;
  const record: ChildRecord = { ...about, child: identity, starter };
  await mkdir(recordsFolder(), { recursive: true });
  await writeFile(recordFile(child.pid), JSON.stringify(record), { mode: 0o600 });
}

/** Takes the note back, once the child has ended. */
export async function forgetChild(pid: number): Promise<void> {
  await rm(recordFile(pid), { force: true });
}

/**
 * Ends every noted process whose starter is gone, each by its own signal and after 5 s by force. A pid that meanwhile
 * belongs to another process is left alone. Answers the names of those it ended.
 */
export async function endOrphans(): Promise<string[]> {
  const ended = await Promise.all((await noteFiles()).map(endIfOrphan));
  return ended.filter((name) => name !== undefined);
}

async function noteFiles(): Promise<string[]> {
  try {
    const names = await readdir(recordsFolder());
    return names.filter((name) => name.endsWith('.json')).map((name) => path.join(recordsFolder(), name));
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return [];
    throw error;
  }
}

async function endIfOrphan(file: string): Promise<string | undefined> {
  const record = await readRecord(file);
  if (record === undefined || (await isStillRunning(record.starter))) return undefined;
  const running = await isStillRunning(record.child);
  if (running) await endInOrder(record);
  if (record.temporaryFolder !== undefined) await rm(record.temporaryFolder, { recursive: true, force: true });
  await rm(file, { force: true });
  return running ? record.name : undefined;
}

async function readRecord(file: string): Promise<ChildRecord | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as ChildRecord;
  } catch (error) {
    // Gone: its process has just ended. Not JSON: it is being written this moment, by a starter that lives.
    if (systemErrorCode(error) === 'ENOENT' || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

async function endInOrder({ child, stopSignal }: ChildRecord): Promise<void> {
  sendSignal(child.pid, stopSignal);
  sendSignal(child.pid, 'SIGCONT');
  const deadline = performance.now() + ORPHAN_DEADLINE_MS;
  while (await isStillRunning(child)) {
    // The group: every process here leads one of its own (see managed-process.ts).
    if (performance.now() > deadline) sendSignal(-child.pid, 'SIGKILL');
    await delay(POLL_MS);
  }
}
