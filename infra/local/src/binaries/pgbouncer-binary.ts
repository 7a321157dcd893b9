/** Finds the PgBouncer that tests put before PostgreSQL; the stack itself needs none. */
import type { ProgressSink } from '../machine/with-progress.ts';
import type { Executable } from './executable.ts';
import { ensureServerBinary } from './server-binary.ts';

export async function ensurePgBouncerBinary(progress?: ProgressSink): Promise<Executable> {
  return await ensureServerBinary(
    {
      title: 'PgBouncer',
      command: 'pgbouncer',
      versionFlag: '--version',
      versionPattern: /PgBouncer (\d+\.\d+\.\d+)/,
      oldestVersion: '1.12.0',
      debianPackages: ['pgbouncer'],
      debianPath: 'usr/sbin/pgbouncer',
      brewFormula: 'pgbouncer',
    },
    progress,
  );
}
