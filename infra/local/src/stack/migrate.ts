/** Migrates a database to the current schema with friend-graph's own program. */
import { plainEnvironment } from '../binaries/executable.ts';
import { RemedyError } from '../machine/remedy-error.ts';
import { describeExit, spawnManaged } from '../processes/managed-process.ts';

/** Runs the program to its end; rejects with its last lines when it fails. */
export async function migrate(options: {
  readonly entryPoint: string;
  readonly databaseUrl: string;
  readonly onLine: (line: string) => void;
}): Promise<void> {
  const life = await spawnManaged({
    name: 'migrate',
    command: process.execPath,
    args: ['--enable-source-maps', options.entryPoint],
    env: { ...plainEnvironment(), DATABASE_URL: options.databaseUrl },
    stopSignal: 'SIGTERM',
    onLine: options.onLine,
  });
  const exit = await life.exited;
  if (exit.code === 0) return;
  throw new RemedyError(
    `The database migration failed (${describeExit(exit)}).`,
    `Its last lines say why:\n${life.recentLines().join('\n')}`,
  );
}
