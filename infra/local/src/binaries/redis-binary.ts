/** Finds the Redis that the stack runs. */
import type { ProgressSink } from '../machine/with-progress.ts';
import type { Executable } from './executable.ts';
import { ensureServerBinary } from './server-binary.ts';

/** A Redis server of 7.0 or newer, the first with sharded publish and subscribe. */
export async function ensureRedisBinary(progress?: ProgressSink): Promise<Executable> {
  return await ensureServerBinary(
    {
      title: 'Redis',
      command: 'redis-server',
      versionFlag: '--version',
      versionPattern: /v=(\d+\.\d+\.\d+)/,
      oldestVersion: '7.0.0',
      // In Debian redis-server is a link to the program in redis-tools.
      debianPackages: ['redis-server', 'redis-tools'],
      debianPath: 'usr/bin/redis-server',
      brewFormula: 'redis',
    },
    progress,
  );
}
