/** A stack of the replay's own on this machine, with the friendships in it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { RemedyError, type Stack, type StackOptions, startStack } from '@nearby-friends/local-stack';

/** The same from `src/` and from `dist/`. */
const IMPORTER = fileURLToPath(
  new URL('../../../../services/friend-graph/dist/import-friendships.js', import.meta.url),
);

export interface OwnStackOptions extends Pick<StackOptions, 'gateways' | 'progress' | 'signal' | 'log'> {
  /** Wall time. */
  readonly positionTtlSeconds: number;
  /** CSV, `user,friend`. */
  readonly friendshipsFile: string;
}

/**
 * Starts it and imports the friendships; the caller stops it. Throws {@link RemedyError} when one of them fails, with
 * nothing left running.
 */
export async function startOwnStack({ friendshipsFile, ...options }: OwnStackOptions): Promise<Stack> {
  // A replay is quicker than life: nobody in it moves at a plausible speed.
  const stack = await startStack({ ...options, env: { gateway: { MAX_PLAUSIBLE_SPEED: '0' } } });
  try {
    await importFriendships(friendshipsFile, stack.databaseUrl, options.signal);
  } catch (error) {
    await stack.forceStop();
    throw error;
  }
  return stack;
}

async function importFriendships(file: string, databaseUrl: string, signal?: AbortSignal): Promise<void> {
  const importer = spawn(process.execPath, [IMPORTER, file], {
    env: { ...process.env, DATABASE_URL: databaseUrl },
    stdio: ['ignore', 'ignore', 'pipe'],
    ...(signal === undefined ? {} : { signal }),
  });
  let complaint = '';
  importer.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint += text;
  });
  const [code] = await once(importer, 'close').catch((error: unknown) => {
    signal?.throwIfAborted();
    throw error;
  });
  if (code === 0) return;
  throw new RemedyError(
    `The friendships of ${file} could not be imported: ${complaint.trim()}`,
    'Run `npm run build`, and look at that file.',
  );
}
