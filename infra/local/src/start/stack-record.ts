/** Reads and writes `.local/stack.json`: the running stack, its addresses and its launcher. */
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { localFolder } from '../machine/local-folder.ts';
import {
  identifyProcess,
  isProcessIdentity,
  isStillRunning,
  type ProcessIdentity,
} from '../machine/process-identity.ts';
import { RemedyError, systemErrorCode } from '../machine/remedy-error.ts';
import { withFileLock } from '../machine/with-file-lock.ts';

export interface StackRecord {
  readonly state: 'starting' | 'ready';
  readonly url: string;
  readonly databaseUrl?: string;
  readonly redisUrl?: string;
  /** The process that runs the stack and stops it on SIGTERM. */
  readonly launcher: ProcessIdentity;
  readonly processes?: readonly { readonly name: string; readonly pid: number; readonly opsPort?: number }[];
}

/** The file's path; its addresses may hold passwords, so only its owner may read it. */
export function stackRecordFile(): string {
  return path.join(localFolder(), 'stack.json');
}

/**
 * Records that this process is starting a stack. Rejects when another one runs in this folder. A damaged record is replaced:
 * should its stack still run, PostgreSQL refuses a second server on the same data.
 */
export async function claimStackRecord(url: string, say: (line: string) => void): Promise<ProcessIdentity> {
  const launcher = await identifyProcess(process.pid);
  if (launcher === undefined) throw new Error('This process cannot identify itself.');
  await withFileLock(`${stackRecordFile()}.lock`, async () => {
    const other = await readRecordFile();
    if (other === 'damaged') say(`${stackRecordFile()} was damaged and is replaced.`);
    else if (other !== undefined && (await isStillRunning(other.launcher))) {
      throw new RemedyError(
        `A stack is already running from this folder, at ${other.url} (process ${other.launcher.pid}).`,
        `Use it, or stop it first: Ctrl-C where it was started, or kill ${other.launcher.pid}`,
      );
    }
    await writeStackRecord({ state: 'starting', url, launcher });
  });
  return launcher;
}

/** The last record, or undefined when there is none that can be read. */
export async function readStackRecord(): Promise<StackRecord | undefined> {
  const record = await readRecordFile();
  return record === 'damaged' ? undefined : record;
}

async function readRecordFile(): Promise<StackRecord | 'damaged' | undefined> {
  try {
    const record: unknown = JSON.parse(await readFile(stackRecordFile(), 'utf8'));
    return isStackRecord(record) ? record : 'damaged';
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return undefined;
    if (error instanceof SyntaxError) return 'damaged';
    throw error;
  }
}

function isStackRecord(record: unknown): record is StackRecord {
  if (typeof record !== 'object' || record === null || !('url' in record) || !('launcher' in record)) return false;
  return typeof record.url === 'string' && isProcessIdentity(record.launcher);
}

/** Replaces the record atomically. */
export async function writeStackRecord(record: StackRecord): Promise<void> {
  const file = stackRecordFile();
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(`${file}.new`, `${JSON.stringify(record, null, 2)}\n`, { mode: 0o600 });
  await rename(`${file}.new`, file);
}

export async function removeStackRecord(): Promise<void> {
  await rm(stackRecordFile(), { force: true });
}
