/** Finds the Caddy that the tests of deployments behind it run; the stack itself needs none. */
import type { ProgressSink } from '../machine/with-progress.ts';
import type { Executable } from './executable.ts';
import { ensureServerBinary } from './server-binary.ts';

export async function ensureCaddyBinary(progress?: ProgressSink): Promise<Executable> {
  return await ensureServerBinary(
    {
      title: 'Caddy',
      command: 'caddy',
      versionFlag: 'version',
      versionPattern: /^v?(\d+\.\d+\.\d+)/,
      oldestVersion: '2.6.0',
      debianPackages: ['caddy'],
      debianPath: 'usr/bin/caddy',
      brewFormula: 'caddy',
    },
    progress,
  );
}
