/** Runs a piece of work in one process of this machine at a time. */
import { randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { identifyProcess, isProcessIdentity, isStillRunning } from './process-identity.ts';
import { systemErrorCode } from './remedy-error.ts';

const RETRY_MS = 50;

/**
 * Runs `work` while holding the lock file; others wait. A waiter takes over the lock of a process that died. During a
 * take-over two processes could hold it, so running `work` twice at once must be harmless.
 * Rejects only as `work` does, or when the folder cannot be written.
 */
export async function withFileLock<T>(lockFile: string, work: () => Promise<T>): Promise<T> {
  await mkdir(path.dirname(lockFile), { recursive: true });
  while (!(await tryToTake(lockFile))) {
    if (await holderIsGone(lockFile)) await removeStale(lockFile);
    else await delay(RETRY_MS);
  }
  try {
    return await work();
  } finally {
    await rm(lockFile, { force: true });
  }
}

async function tryToTake(lockFile: string): Promise<boolean> {
  const draft = `${lockFile}.${process.pid}-${randomUUID()}`;
  await writeFile(draft, JSON.stringify(await identifyProcess(process.pid)), { mode: 0o600 });
  try {
    // A link appears with its content or not at all, so a holder is never read half-written.
    await link(draft, lockFile);
    return true;
  } catch (error) {
    if (systemErrorCode(error) === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

async function holderIsGone(lockFile: string): Promise<boolean> {
  try {
    const holder: unknown = JSON.parse(await readFile(lockFile, 'utf8'));
    return !(isProcessIdentity(holder) && (await isStillRunning(holder)));
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return false;
    // A lock appears with its content, so an unreadable one is left of a machine that crashed.
    if (error instanceof SyntaxError) return true;
    throw error;
  }
}

async function removeStale(lockFile: string): Promise<void> {
  const claimed = `${lockFile}.stale-${process.pid}-${randomUUID()}`;
  try {
    await rename(lockFile, claimed);
    // Another waiter may have been quicker: then this is its new lock, which goes back.
    if (!(await holderIsGone(claimed))) await link(claimed, lockFile);
  } catch (error) {
    if (!['ENOENT', 'EEXIST'].includes(systemErrorCode(error) ?? '')) throw error;
  } finally {
    await rm(claimed, { force: true });
  }
}
