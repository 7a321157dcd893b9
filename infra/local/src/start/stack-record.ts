/** Reads and writes `.local/stack.json`: the running stack, its addresses and its launcher. */
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { localFolder } from '../machine/local-folder.ts';
import { identifyProcess, isStillRunning, type ProcessIdentity } from '../machine/process-identity.ts';
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

/** Records that this process is starting a stack. Rejects when another one runs in this folder. */
export async function claimStackRecord(url: string): Promise<ProcessIdentity> {
  const launcher = await identifyProcess(process.pid);
  if (launcher === undefined) throw new Error('This process cannot identify itself.');
  await withFileLock(`${stackRecordFile()}.lock`, async () => {
    const other = await readStackRecord();
    if (other !== undefined && (await isStillRunning(other.launcher))) {
      throw new RemedyError(
        `A stack is already running from this folder, at ${other.url} (process ${other.launcher.pid}).`,
        `Use it, or stop it first: Ctrl-C where it was started, or kill ${other.launcher.pid}`,
      );
    }
    await writeStackRecord({ state: 'starting', url, launcher });
  });
  return launcher;
}

/** The last record, or undefined when there is none. */
export async function readStackRecord(): Promise<StackRecord | undefined> {
  try {
    return JSON.parse(await readFile(stackRecordFile(), 'utf8')) as StackRecord;
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
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
