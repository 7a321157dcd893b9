/** Runs a PostgreSQL server on loopback: a disposable one for tests, or one that keeps its data. */
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { plainEnvironment } from '../binaries/executable.ts';
import { ensurePostgresBinaries, type PostgresBinaries } from '../binaries/postgres-binaries.ts';
import { findFreePort } from '../machine/find-free-port.ts';
import { makeRunFolder } from '../machine/local-folder.ts';
import { RemedyError } from '../machine/remedy-error.ts';
import type { ProgressSink } from '../machine/with-progress.ts';
import { type ManagedProcess, spawnManaged } from '../processes/managed-process.ts';
import { endOrphans } from '../processes/orphans.ts';
import { RestartableProcess } from '../processes/restartable-process.ts';
import { prepareDataFolder } from './data-folder.ts';

export interface PostgresOptions {
  /** The data folder's parent. Default: a new temporary folder, removed by `stop()`. */
  readonly dir?: string;
  /** Default: a free one. */
  readonly port?: number;
  /** Whether the data survives a crash of the machine, at the cost of speed. Default: false. */
  readonly persistent?: boolean;
  readonly onLine?: (line: string) => void;
  readonly progress?: ProgressSink;
}

export interface Postgres {
  /** The address of the administrative database, as the superuser; no password, loopback only. */
  readonly url: string;
  readonly port: number;
  /** Of the current process. */
  readonly pid: number;
  /** For supervision, and for tests that kill it: `process.kill('SIGKILL')`, `process.start()`. */
  readonly process: RestartableProcess;
  /** Stops it (fast shutdown) and removes a temporary folder. */
  stop(): Promise<void>;
}

/** Settings for a disposable database: nothing is forced to disk. */
const DISPOSABLE_SETTINGS = [
  ['fsync', 'off'],
  ['synchronous_commit', 'off'],
  ['full_page_writes', 'off'],
  ['wal_level', 'minimal'],
  ['max_wal_senders', '0'],
  ['autovacuum_naptime', '10min'],
] as const;

/** For privacy: an error names no row, and no statement is logged. */
const PRIVACY_SETTINGS = [
  ['log_error_verbosity', 'terse'],
  ['log_min_error_statement', 'panic'],
  ['log_parameter_max_length', '0'],
  ['log_parameter_max_length_on_error', '0'],
] as const;

const READY_PATTERN = /database system is ready to accept connections/;
/** Recovery after a crash of the machine may take a while on a large database. */
const READY_DEADLINE_MS = 60_000;

/** Starts PostgreSQL; it accepts connections when the promise resolves. Rejects with its last lines when it does not. */
export async function startPostgres(options: PostgresOptions = {}): Promise<Postgres> {
  await endOrphans();
  const binaries = await ensurePostgresBinaries(options.progress);
  const folder = options.dir ?? (await makeRunFolder('postgres'));
  const removeFolder = async (): Promise<void> => {
    if (options.dir === undefined) await rm(folder, { recursive: true, force: true });
  };
  try {
    const dataFolder = await prepareDataFolder(folder, binaries, options.progress);
    const port = options.port ?? (await findFreePort());
    const server = makeServer(binaries, dataFolder, port, options);
    await server.start();
    return {
      url: `postgresql://postgres@127.0.0.1:${port}/postgres`,
      port,
      get pid() {
        return server.pid;
      },
      process: server,
      stop: async () => {
        await server.stop();
        await removeFolder();
      },
    };
  } catch (error) {
    await removeFolder();
    throw error;
  }
}

function makeServer(
  binaries: PostgresBinaries,
  dataFolder: string,
  port: number,
  { dir, persistent = false, onLine }: PostgresOptions,
): RestartableProcess {
  const settings = [
    ['listen_addresses', '127.0.0.1'],
    ['unix_socket_directories', ''],
    ['max_connections', '300'],
    ...PRIVACY_SETTINGS,
    ...(persistent ? [] : DISPOSABLE_SETTINGS),
  ];
  let markReady: (() => void) | undefined;
  return new RestartableProcess({
    name: 'postgres',
    spawn: () =>
      spawnManaged({
        name: 'postgres',
        command: binaries.postgres,
        args: [
          '-D',
          dataFolder,
          '-p',
          String(port),
          ...settings.flatMap(([name, value]) => ['-c', `${name}=${value}`]),
        ],
        env: plainEnvironment(),
        cwd: dataFolder,
        runAs: binaries.runAs,
        // Fast shutdown: open connections are closed; SIGTERM would wait for them.
        stopSignal: 'SIGINT',
        temporaryFolder: dir === undefined ? path.dirname(dataFolder) : undefined,
        onLine: (line) => {
          if (READY_PATTERN.test(line)) markReady?.();
          onLine?.(line);
        },
      }),
    waitUntilReady: async (life) => {
      const ready = new Promise<'ready'>((resolve) => {
        markReady = () => resolve('ready');
      });
      // The line may have come before this listener.
      if (life.recentLines().some((line) => READY_PATTERN.test(line))) return;
      const deadline = setTimeout(() => life.signal('SIGKILL'), READY_DEADLINE_MS);
      const outcome = await Promise.race([ready, life.exited]);
      clearTimeout(deadline);
      if (outcome !== 'ready') throw notStarted(life, port);
    },
  });
}

function notStarted(server: ManagedProcess, port: number): RemedyError {
  const lines = server.recentLines().join('\n');
  const holder = /lock file "postmaster\.pid" already exists[\s\S]*PID (\d+)/.exec(lines)?.[1];
  if (holder !== undefined) {
    const remedy = `Stop the stack that it belongs to, or that process: kill -INT ${holder}`;
    return new RemedyError(`Another PostgreSQL (process ${holder}) already runs on the same data.`, remedy);
  }
  const remedy = /Address already in use/.test(lines)
    ? `Port ${port} is taken: end what listens on it, or leave the port out to get a free one.`
    : `Its last lines say why:\n${lines}`;
  return new RemedyError('PostgreSQL did not start.', remedy);
}
