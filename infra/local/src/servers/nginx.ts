/** Runs nginx with the project's own nginx.conf on loopback. */
import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { connect } from 'node:net';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { type Executable, plainEnvironment } from '../binaries/executable.ts';
import { ensureNginxBinary } from '../binaries/nginx-binary.ts';
import { findFreePort, isPortFree } from '../machine/find-free-port.ts';
import { makeRunFolder } from '../machine/local-folder.ts';
import { RemedyError } from '../machine/remedy-error.ts';
import type { ProgressSink } from '../machine/with-progress.ts';
import { type ManagedProcess, spawnManaged } from '../processes/managed-process.ts';
import { endOrphans } from '../processes/orphans.ts';
import { RestartableProcess } from '../processes/restartable-process.ts';
import { listNginxWorkers } from './list-nginx-workers.ts';
import { ACCESS_LOG, inUrl, REAL_PAGE, type Upstreams, writeNginxFolder, writeUpstreams } from './nginx-config.ts';
import { keepRotating } from './rotate-log.ts';

const runCommand = promisify(execFile);

export interface NginxOptions extends Upstreams {
  /** Default: a free one. */
  readonly port?: number;
  /** Addresses to listen on. Default: 127.0.0.1. */
  readonly hosts?: readonly string[];
  /** Proxies whose X-Forwarded-For is trusted. Default: none. */
  readonly trustedProxies?: readonly string[];
  /** The folder of the built page; without it there is no page. Default: the output of `npm run build`. */
  readonly page?: string;
  /** The settings of the page's sign-in: OIDC_ISSUER and those beside it. Default: none. */
  readonly signIn?: Readonly<Record<string, string | undefined>>;
  readonly onLine?: (line: string) => void;
  readonly progress?: ProgressSink;
}

export interface Nginx {
  readonly url: string;
  readonly port: number;
  /** For supervision. */
  readonly process: RestartableProcess;
  /** JSON lines with routes instead of paths, for its owner only; rotated to `.1` at 10 MB. */
  readonly accessLogFile: string;
  /** Applies another list of replicas; resolves when no worker accepts by the old list. Open sockets stay. */
  reload(upstreams: Upstreams): Promise<void>;
  /** Stops accepting at once; open sockets stay until `stop()`. */
  quit(): void;
  /** Stops it, closes the remaining sockets after the deadline (milliseconds), and removes its folder. */
  stop(deadlineMs?: number): Promise<void>;
}

const DEADLINE_MS = 10_000;
const STOP_DEADLINE_MS = 3_000;
const POLL_MS = 10;

/** Starts nginx; it accepts connections when the promise resolves. Rejects with its last lines when it does not. */
export async function startNginx(options: NginxOptions): Promise<Nginx> {
  await endOrphans();
  const executable = await ensureNginxBinary(options.progress);
  const port = options.port ?? (await findFreePort());
  const hosts = options.hosts ?? ['127.0.0.1'];
  // Checked first: nginx itself retries for seconds, and meanwhile the other program would be mistaken for it.
  for (const host of hosts) if (!(await isPortFree(port, host))) throw portTaken(port);
  const folder = await makeRunFolder('nginx');
  const removeFolder = (): Promise<void> => rm(folder, { recursive: true, force: true });
  const { trustedProxies = [], page = REAL_PAGE, signIn = {} } = options;
  await writeNginxFolder(folder, { ...options, hosts, port, trustedProxies, page, signIn });
  const server = makeServer(executable, folder, hosts[0] ?? '127.0.0.1', port, options.onLine);
  await server.start().catch(async (error: unknown) => {
    await removeFolder();
    throw error;
  });
  const accessLogFile = path.join(folder, ACCESS_LOG);
  const stopRotating = keepRotating(accessLogFile, () => server.signal('SIGUSR1'));
  let reloading = Promise.resolve();
  return {
    url: `http://${inUrl(hosts[0] ?? '127.0.0.1')}:${port}`,
    port,
    process: server,
    accessLogFile,
    reload: async (upstreams) => {
      // One at a time: each waits for the workers that existed when it began.
      const done = reloading.then(() => reload(executable, folder, server, upstreams));
      reloading = done.catch(() => undefined);
      await done;
    },
    quit: () => server.kill('SIGQUIT'),
    stop: async (deadlineMs = STOP_DEADLINE_MS) => {
      stopRotating();
      await server.stop(deadlineMs);
      await removeFolder();
    },
  };
}

function nginxArguments(folder: string): string[] {
  return ['-p', `${folder}/`, '-e', 'stderr', '-c', path.join(folder, 'nginx.conf')];
}

function makeServer(
  executable: Executable,
  folder: string,
  host: string,
  port: number,
  onLine?: (line: string) => void,
): RestartableProcess {
  return new RestartableProcess({
    name: 'nginx',
    spawn: () =>
      spawnManaged({
        name: 'nginx',
        command: executable.command,
        args: [...nginxArguments(folder), '-g', 'daemon off;'],
        env: plainEnvironment(executable.env),
        stopSignal: 'SIGQUIT',
        temporaryFolder: folder,
        onLine,
      }),
    waitUntilReady: async (life) => {
      const deadline = performance.now() + DEADLINE_MS;
      while (life.isRunning() && performance.now() < deadline) {
        // It listens before it handles signals, and a reload signal would end it; with a worker it does both.
        if ((await accepts(host, port)) && (await listNginxWorkers(life.pid)).length > 0) return;
        await delay(POLL_MS);
      }
      throw notStarted(life);
    },
  });
}

async function reload(
  executable: Executable,
  folder: string,
  server: RestartableProcess,
  upstreams: Upstreams,
): Promise<void> {
  await writeUpstreams(folder, upstreams);
  // nginx keeps the old configuration when the new one is invalid, and reports that only in its log.
  await runCommand(executable.command, ['-t', '-q', ...nginxArguments(folder)], {
    env: plainEnvironment(executable.env),
  });
  const before = await listNginxWorkers(server.pid);
  server.signal('SIGHUP');
  const deadline = performance.now() + DEADLINE_MS;
  const oldPids = new Set(before.map(({ pid }) => pid));
  while (server.isRunning()) {
    const accepting = (await listNginxWorkers(server.pid)).filter(({ isRetiring }) => !isRetiring);
    if (accepting.length > 0 && accepting.every(({ pid }) => !oldPids.has(pid))) return;
    if (performance.now() > deadline)
      throw new Error(`nginx did not apply its new configuration within ${DEADLINE_MS} ms.`);
    await delay(POLL_MS);
  }
  throw new Error('nginx ended while it was applying its new configuration.');
}

async function accepts(host: string, port: number): Promise<boolean> {
  return await new Promise((resolve) => {
    const socket = connect({ host, port });
    const finish = (isAccepted: boolean): void => {
      socket.destroy();
      resolve(isAccepted);
    };
    socket.once('connect', () => finish(true));
    socket.once('error', () => finish(false));
  });
}

function portTaken(port: number): RemedyError {
  return new RemedyError(
    `Port ${port} is taken by another program, or not allowed for this user.`,
    `End that program, or choose another port, for example: PORT=${port + 1} npm start`,
  );
}

function notStarted(server: ManagedProcess): RemedyError {
  return new RemedyError('nginx did not start.', `Its last lines say why:\n${server.recentLines().join('\n')}`);
}
