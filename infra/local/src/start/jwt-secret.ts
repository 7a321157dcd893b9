/** Keeps the secret that signs tokens, so that tokens stay valid over restarts of the stack. */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { localFolder } from '../machine/local-folder.ts';
import { RemedyError, systemErrorCode } from '../machine/remedy-error.ts';
import { makeSecret } from '../stack/stack-options.ts';

/** As the services demand of each line. */
const MIN_LENGTH = 32;

/**
 * The secret of this local folder; created at the first call, readable by its owner only. An empty file is replaced, since
 * it has signed nothing. Rejects when the file cannot be read or its secret is too short.
 */
export async function readOrCreateJwtSecret(say: (line: string) => void): Promise<string> {
  const file = path.join(localFolder(), 'jwt-secret');
  const kept = await readKept(file);
  if (kept !== undefined && kept !== '') {
    const shortest = Math.min(...kept.split('\n').map((line) => line.trim().length));
    if (shortest >= MIN_LENGTH) return kept;
    throw new RemedyError(
      `The secret in ${file} has ${shortest} characters and needs at least ${MIN_LENGTH}.`,
      'Write a longer one, or delete the file: the next start makes a new one.',
    );
  }
  if (kept === '') say(`${file} was empty: made a new secret. Tokens issued before are not valid any more.`);
  const secret = makeSecret();
  await mkdir(path.dirname(file), { recursive: true });
  // Renamed when complete: a crash while writing leaves no empty file.
  await writeFile(`${file}.new`, `${secret}\n`, { mode: 0o600 });
  await rename(`${file}.new`, file);
  return secret;
}

async function readKept(file: string): Promise<string | undefined> {
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (cause) {
    const code = systemErrorCode(cause);
    if (code === 'ENOENT') return undefined;
    throw new RemedyError(
      `The secret in ${file} cannot be read (${code ?? String(cause)}).`,
      'Make it a file that you may read, or delete it: the next start makes a new one.',
      { cause },
    );
  }
}
