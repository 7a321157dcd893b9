/** Describes the machine and the versions of a measurement. */
import { execFile } from 'node:child_process';
import { cpus, loadavg, release, totalmem, type } from 'node:os';
import { promisify } from 'node:util';
import { ensurePostgresBinaries, ensureRedisBinary } from '@nearby-friends/local-stack';

const run = promisify(execFile);
const GB = 2 ** 30;

export async function describeMachine(): Promise<Record<string, string>> {
  const [redis, postgres] = await Promise.all([ensureRedisBinary(), ensurePostgresBinaries()]);
  const commit = await run('git', ['rev-parse', '--short', 'HEAD'], { cwd: import.meta.dirname }).then(
    ({ stdout }) => stdout.trim(),
    () => 'unknown',
  );
  const [load = 0] = loadavg();
  return {
    CPU: `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown'}`,
    memory: `${Math.round(totalmem() / GB)} GB`,
    'load average at the beginning': load.toFixed(1),
    kernel: `${type()} ${release()}`,
    Node: process.versions.node,
    Redis: redis.version,
    PostgreSQL: postgres.version,
    commit,
  };
}
