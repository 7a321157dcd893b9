/** A stack of the replay's own on this machine, with the friendships in it. */
import { type Stack, type StackOptions, startStack } from '@nearby-friends/local-stack';
import { importFriendships } from '../client/import-friendships.ts';

interface OwnStackOptions extends Pick<StackOptions, 'gateways' | 'progress' | 'signal' | 'log'> {
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
  // A replay is faster than real time: no user in it moves at a plausible speed.
  const stack = await startStack({ ...options, env: { gateway: { MAX_PLAUSIBLE_SPEED: '0' } } });
  try {
    await importFriendships(friendshipsFile, stack.databaseUrl, options.signal);
  } catch (error) {
    await stack.forceStop();
    throw error;
  }
  return stack;
}
