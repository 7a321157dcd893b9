/** Keeps a log file private and bounded. */
import { chmod, rename, stat, writeFile } from 'node:fs/promises';
import { systemErrorCode } from '../machine/remedy-error.ts';

const CHECK_INTERVAL_MS = 60_000;
/** With the rotated file, twice this is kept. */
const MAX_BYTES = 10_000_000;

/** Creates the file, readable by its owner only, unless it exists. */
export async function createPrivateFile(file: string): Promise<void> {
  await writeFile(file, '', { flag: 'a', mode: 0o600 });
  await chmod(file, 0o600);
}

/** Moves the file to `FILE.1` when it is too large, and makes its writer open a new one. Returns whether it did. */
export async function rotateWhenLarge(file: string, reopen: () => void, maxBytes = MAX_BYTES): Promise<boolean> {
  try {
    if ((await stat(file)).size <= maxBytes) return false;
    await rename(file, `${file}.1`);
    await createPrivateFile(file);
    reopen();
    return true;
  } catch (error) {
    // Removed with the folder: the writer has been stopped.
    if (systemErrorCode(error) === 'ENOENT') return false;
    throw error;
  }
}

/** Rotates once a minute where needed; returns the function that ends this. */
export function keepRotating(file: string, reopen: () => void): () => void {
  const timer = setInterval(() => {
    // A failure leaves the log as it is; the next minute tries again.
    rotateWhenLarge(file, reopen).catch(() => undefined);
  }, CHECK_INTERVAL_MS).unref();
  return () => clearInterval(timer);
}
