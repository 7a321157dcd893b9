/** Finds the Prometheus that the tests of alerts and dashboards run; the stack itself needs none. */
import path from 'node:path';
import type { ProgressSink } from '../machine/with-progress.ts';
import type { Executable } from './executable.ts';
import { ensureServerBinary } from './server-binary.ts';

export interface PrometheusBinaries {
  readonly prometheus: Executable;
  /** Checks configuration and rules; comes with the server. */
  readonly promtool: Executable;
}

export async function ensurePrometheusBinaries(progress?: ProgressSink): Promise<PrometheusBinaries> {
  const prometheus = await ensureServerBinary(
    {
      title: 'Prometheus',
      command: 'prometheus',
      versionFlag: '--version',
      versionPattern: /prometheus, version (\d+\.\d+\.\d+)/,
      oldestVersion: '2.40.0',
      debianPackages: ['prometheus'],
      debianPath: 'usr/bin/prometheus',
      brewFormula: 'prometheus',
    },
    progress,
  );
  return { prometheus, promtool: { ...prometheus, command: path.join(path.dirname(prometheus.command), 'promtool') } };
}
