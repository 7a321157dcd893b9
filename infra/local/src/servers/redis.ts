/** Runs a Redis server on loopback that tests can kill, restart and freeze. */
import { mkdir, rm } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { type Executable, plainEnvironment } from '../binaries/executable.ts';
import { ensureRedisBinary } from '../binaries/redis-binary.ts';
import { findFreePort } from '../machine/find-free-port.ts';
import { makeRunFolder } from '../machine/local-folder.ts';
import { RemedyError } from '../machine/remedy-error.ts';
import type { ProgressSink } from '../machine/with-progress.ts';
import { type ManagedProcess, spawnManaged } from '../processes/managed-process.ts';
import { endOrphans } from '../processes/orphans.ts';
import { RestartableProcess } from '../processes/restartable-process.ts';
import { fetchRedisPid } from './fetch-redis-pid.ts';

export interface RedisOptions {
  /** Default: a free one. */
  readonly port?: number;
  /** Its working folder. Default: a new temporary folder, removed by `stop()`. */
  readonly dir?: string;
  /** More arguments of redis-server, for example `['--cluster-enabled', 'yes']`. */
  readonly args?: readonly string[];
  readonly onLine?: (line: string) => void;
  readonly progress?: ProgressSink;
}

export interface Redis {
  readonly url: string;
  readonly port: number;
  /** Of the current process; another one after `restart()`. */
  readonly pid: number;
  /** For supervision. */
  readonly process: RestartableProcess;
  /** Stops it and removes a temporary folder. */
  stop(): Promise<void>;
  /** SIGKILL; resolves when it has ended. */
  kill(): Promise<void>;
  /** Stops it if it runs, and starts it again on the same port, empty. */
  restart(): Promise<void>;
  /** Freezes it: connections stay open without responses. */
  pause(): void;
  resume(): void;
}

const READY_DEADLINE_MS = 20_000;
const POLL_MS = 5;

/** Starts Redis, keeping nothing on disk; it responds when the promise resolves. Rejects with its last lines when it does not. */
export async function startRedis(options: RedisOptions = {}): Promise<Redis> {
  await endOrphans();
  const executable = await ensureRedisBinary(options.progress);
  const folder = options.dir ?? (await makeRunFolder('redis'));
  await mkdir(folder, { recursive: true });
  const port = options.port ?? (await findFreePort());
  const removeFolder = async (): Promise<void> => {
    if (options.dir === undefined) await rm(folder, { recursive: true, force: true });
  };
  const server = makeServer(executable, folder, port, { ...options, args: await withClusterPort(options.args ?? []) });
  await server.start().catch(async (error: unknown) => {
    await removeFolder();
    throw error;
  });
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    get pid() {
      return server.pid;
    },
    process: server,
    stop: async () => {
      await server.stop();
      await removeFolder();
    },
    kill: async () => {
      server.kill('SIGKILL');
      await server.exited;
    },
    restart: async () => {
      await server.stop();
      await server.start();
    },
    pause: () => server.signal('SIGSTOP'),
    resume: () => server.signal('SIGCONT'),
  };
}

// By default a node of a cluster uses its port + 10000 for the cluster bus, which another program may have.
async function withClusterPort(args: readonly string[]): Promise<readonly string[]> {
  if (!args.includes('--cluster-enabled') || args.includes('--cluster-port')) return args;
  return [...args, '--cluster-port', String(await findFreePort())];
}

function makeServer(
  executable: Executable,
  folder: string,
  port: number,
  { args = [], dir, onLine }: RedisOptions,
): RestartableProcess {
  const settings = [
    ...['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--appendonly', 'no'],
    // For privacy: the slow log keeps the arguments of commands, which are users and positions.
    ...['--slowlog-log-slower-than', '-1', '--latency-monitor-threshold', '50'],
  ];
  return new RestartableProcess({
    name: 'redis',
    spawn: () =>
      spawnManaged({
        name: 'redis',
        command: executable.command,
        args: [...settings, ...args],
        env: plainEnvironment(executable.env),
        stopSignal: 'SIGTERM',
        temporaryFolder: dir === undefined ? folder : undefined,
        onLine,
      }),
    waitUntilReady: async (life) => {
      const deadline = performance.now() + READY_DEADLINE_MS;
      while (life.isRunning() && performance.now() < deadline) {
        // Another server on that port would respond as well.
        if ([life.pid, 'protected'].includes(await fetchRedisPid(port))) return;
        await delay(POLL_MS);
      }
      throw notStarted(life, port);
    },
  });
}

function notStarted(server: ManagedProcess, port: number): RemedyError {
  const lines = server.recentLines().join('\n');
  const remedy = /Address already in use/.test(lines)
    ? `Port ${port} is taken: end what listens on it, or leave the port out to get a free one.`
    : `Its last lines say why:\n${lines}`;
  return new RemedyError('Redis did not start.', remedy);
}
