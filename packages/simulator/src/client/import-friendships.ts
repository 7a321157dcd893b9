/** Puts friendships into a database of this machine, all at once: quicker than asking and accepting. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { RemedyError } from '@nearby-friends/local-stack';
import type { UserId } from '@nearby-friends/protocol';

/** The same from `src/` and from `dist/`. */
const IMPORTER = fileURLToPath(
  new URL('../../../../services/friend-graph/dist/commands/import-friendships.js', import.meta.url),
);

/** Its output is a few lines. */
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;

export type Pairs = readonly (readonly [UserId, UserId])[];

/** The file that the import reads. Throws {@link RemedyError} when it cannot be written. */
export async function writeFriendships(file: string, pairs: Pairs): Promise<void> {
  const lines = pairs.map(([one, other]) => `${one},${other}\n`);
  await writeFile(file, `user,friend\n${lines.join('')}`).catch((cause: unknown) => {
    throw new RemedyError(`${file} cannot be written.`, 'Give a path that can.', { cause });
  });
}

/** Idempotent; creates new people, and notifies those who are online. Rejects as {@link importFriendships}. */
export async function importPairs(pairs: Pairs, databaseUrl: string, signal?: AbortSignal): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'nearby-friendships-'));
  try {
    const file = path.join(folder, 'friendships.csv');
    await writeFriendships(file, pairs);
    await importFriendships(file, databaseUrl, signal);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Runs the import of friend-graph with a file `user,friend`. Rejects with a {@link RemedyError} that holds its output. */
export async function importFriendships(file: string, databaseUrl: string, signal?: AbortSignal): Promise<void> {
  const options = { env: { ...process.env, DATABASE_URL: databaseUrl }, signal, maxBuffer: MAX_OUTPUT_BYTES };
  await promisify(execFile)(process.execPath, [IMPORTER, file], options).catch(
    (cause: { readonly stderr?: string }) => {
      signal?.throwIfAborted();
      throw new RemedyError(
        `The friendships of ${file} could not be imported: ${cause.stderr?.trim()}`,
        'Run `npm run build`, and check that file.',
        { cause },
      );
    },
  );
}
