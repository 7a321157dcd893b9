/** One process of one of the project's services: its ports, readiness and output. */
import { get } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { RemedyError } from '../machine/remedy-error.ts';
import { describeExit, type ManagedProcess, spawnManaged } from '../processes/managed-process.ts';
import { RestartableProcess } from '../processes/restartable-process.ts';

export type ServiceName = 'gateway' | 'location' | 'friend-graph' | 'ingest' | 'alerts';

export interface ServiceProcessOptions {
  /** For example `gateway-1`; also its `INSTANCE_ID`. */
  readonly name: string;
  readonly service: ServiceName;
  /** The JavaScript file to run. */
  readonly entryPoint: string;
  /** Where it serves clients; location and alerts have none. */
  readonly port: number | undefined;
  readonly opsPort: number;
  /** Called at each start: addresses are known only when the servers are up. */
  readonly environment: () => Readonly<Record<string, string | undefined>>;
  readonly readyDeadlineMs: number;
  readonly onLine: (name: string, line: string) => void;
}

/** A process of the stack as tests see it. */
export interface ServiceHandle {
  readonly name: string;
  /** Of the current process; another one after a restart. */
  readonly pid: number;
  /** Serves /health, /ready and /metrics on 127.0.0.1. */
  readonly opsPort: number;
  /** The exit code of the current process once it has ended; null when a signal ended it. */
  readonly exited: Promise<number | null>;
  /** Its output over all restarts, line by line; the last 5,000 lines. */
  readonly logs: readonly string[];
  isRunning(): boolean;
  /** Sends a signal, SIGKILL by default; it is not restarted by the stack until `start()`. */
  kill(signal?: NodeJS.Signals): void;
  /** Starts it again on the same ports, after the end of the one that was killed; resolves when it is ready. */
  start(): Promise<void>;
}

export interface ListeningServiceHandle extends ServiceHandle {
  readonly port: number;
}

/** Enough for every test to search, bounded for a stack that runs for days. */
const KEPT_LINES = 5_000;
const LINES_IN_ERROR = 25;
const POLL_MS = 25;
const RESPONSE_DEADLINE_MS = 2_500;

export class ServiceProcess implements ServiceHandle {
  readonly name: string;
  readonly opsPort: number;
  readonly logs: string[] = [];
  readonly process: RestartableProcess;
  readonly #port: number | undefined;

  constructor(options: ServiceProcessOptions) {
    this.name = options.name;
    this.opsPort = options.opsPort;
    this.#port = options.port;
    this.process = new RestartableProcess({
      name: options.name,
      spawn: () => this.#spawn(options),
      waitUntilReady: (life) => this.#waitUntilReady(life, options),
    });
  }

  get pid(): number {
    return this.process.pid;
  }

  /** Throws for location and alerts. */
  get port(): number {
    if (this.#port === undefined) throw new Error(`${this.name} has no public port.`);
    return this.#port;
  }

  get exited(): Promise<number | null> {
    return this.process.exited.then(({ code }) => code);
  }

  isRunning(): boolean {
    return this.process.isRunning();
  }

  kill(signal: NodeJS.Signals = 'SIGKILL'): void {
    this.process.kill(signal);
  }

  async start(): Promise<void> {
    await this.process.start();
  }

  #spawn({ name, entryPoint, environment, opsPort, port, onLine }: ServiceProcessOptions): Promise<ManagedProcess> {
    return spawnManaged({
      name,
      command: process.execPath,
      args: ['--enable-source-maps', entryPoint],
      env: {
        ...environment(),
        INSTANCE_ID: name,
        HOST: '127.0.0.1',
        OPS_PORT: String(opsPort),
        ...(port === undefined ? {} : { PORT: String(port) }),
      },
      stopSignal: 'SIGTERM',
      onLine: (line) => {
        this.logs.push(line);
        if (this.logs.length > KEPT_LINES) this.logs.shift();
        onLine(name, line);
      },
    });
  }

  async #waitUntilReady(life: ManagedProcess, { readyDeadlineMs }: ServiceProcessOptions): Promise<void> {
    const deadline = performance.now() + readyDeadlineMs;
    while (life.isRunning() && performance.now() < deadline) {
      if ((await isReady(this.opsPort)) && life.isRunning()) return;
      await delay(POLL_MS);
    }
    const what = life.isRunning()
      ? `was not ready within ${readyDeadlineMs / 1000} s`
      : `ended before it was ready (${describeExit(await life.exited)})`;
    const lines = life.recentLines().slice(-LINES_IN_ERROR).join('\n');
    throw new RemedyError(
      `${this.name} ${what}.`,
      lines === '' ? 'It printed nothing.' : `Its last lines say why:\n${lines}`,
    );
  }
}

async function isReady(opsPort: number): Promise<boolean> {
  return await new Promise((resolve) => {
    const request = get({
      host: '127.0.0.1',
      port: opsPort,
      path: '/ready',
      agent: false,
      timeout: RESPONSE_DEADLINE_MS,
    });
    request.once('response', (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.once('timeout', () => request.destroy());
    request.once('error', () => resolve(false));
    // After a response this has no effect.
    request.once('close', () => resolve(false));
  });
}
