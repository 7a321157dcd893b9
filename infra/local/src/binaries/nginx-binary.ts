/** Finds the nginx that the stack runs. */
import type { ProgressSink } from '../machine/with-progress.ts';
import type { Executable } from './executable.ts';
import { ensureServerBinary } from './server-binary.ts';

/** An nginx of 1.22 or newer, the oldest version that nginx.conf is tested with. */
export async function ensureNginxBinary(progress?: ProgressSink): Promise<Executable> {
  return await ensureServerBinary(
    {
      title: 'nginx',
      command: 'nginx',
      versionFlag: '-v',
      versionPattern: /nginx\/(\d+\.\d+\.\d+)/,
      oldestVersion: '1.22.0',
      debianPackages: ['nginx'],
      debianPath: 'usr/sbin/nginx',
      brewFormula: 'nginx',
    },
    progress,
  );
}
