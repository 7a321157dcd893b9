/** Records which processes were started, so that those left behind by a dead starter are ended later. */
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { localFolder } from '../machine/local-folder.ts';
import {
  identifyProcess,
  isProcessIdentity,
  isStillRunning,
  type ProcessIdentity,
} from '../machine/process-identity.ts';
import { systemErrorCode } from '../machine/remedy-error.ts';
import { sendSignal } from './send-signal.ts';

interface ChildRecord {
  readonly name: string;
  readonly child: ProcessIdentity;
  /** The process that started it and would stop it. */
  readonly starter: ProcessIdentity;
  readonly stopSignal: NodeJS.Signals;
  /** A folder of this process alone, removed with it. */
  readonly temporaryFolder?: string | undefined;
}

/** The deadline of an orphan's orderly stop, before SIGKILL. */
const ORPHAN_DEADLINE_MS = 5_000;
const POLL_MS = 20;

function recordsFolder(): string {
  return path.join(localFolder(), 'processes');
}

function recordFile(pid: number): string {
  return path.join(recordsFolder(), `${pid}.json`);
}

/** Records a child of this process, unless it has already ended. */
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

/** Removes the record, once the child has ended. */
export async function forgetChild(pid: number): Promise<void> {
  await rm(recordFile(pid), { force: true });
}

/**
 * Ends every recorded process whose starter is gone: its stop signal first, SIGKILL after 5 s. A pid that now belongs to
 * another process is left alone. Returns the names of the ended processes.
 */
export async function endOrphans(): Promise<string[]> {
  const ended = await Promise.all((await recordFiles()).map(endIfOrphan));
  return ended.filter((name) => name !== undefined);
}

async function recordFiles(): Promise<string[]> {
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
    const record = JSON.parse(await readFile(file, 'utf8')) as ChildRecord | null;
    return isProcessIdentity(record?.child) && isProcessIdentity(record.starter) ? record : undefined;
  } catch (error) {
    // Missing: its process has just ended. Not JSON: a living starter is writing it, or a crash has left it.
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
