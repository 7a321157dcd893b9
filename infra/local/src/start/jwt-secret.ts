/** Keeps the secret that signs tokens, so that tokens stay valid over restarts of the stack. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { localFolder } from '../machine/local-folder.ts';
import { systemErrorCode } from '../machine/remedy-error.ts';
import { makeSecret } from '../stack/stack-options.ts';

/** The secret of this local folder; created at the first call, readable by its owner only. */
export async function readOrCreateJwtSecret(): Promise<string> {
  const file = path.join(localFolder(), 'jwt-secret');
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (error) {
    if (systemErrorCode(error) !== 'ENOENT') throw error;
  }
  const secret = makeSecret();
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, `${secret}\n`, { mode: 0o600, flag: 'wx' });
  return secret;
}
