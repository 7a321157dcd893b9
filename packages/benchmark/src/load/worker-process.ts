/** One load process as the benchmark sees it: calls of its crowd's methods, and their responses. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { ClientCrowd } from './client-crowd.ts';
import type { WorkerResponse, WorkerSetup } from './worker-messages.ts';

/** The built program, the same from `src/` and from `dist/`. */
const PROGRAM = fileURLToPath(new URL('../../dist/load/load-worker.js', import.meta.url));

export type CrowdMethod = keyof ClientCrowd;
export type WorkerCall = { readonly id: number } & (
  | { readonly method: 'setup'; readonly args: readonly [WorkerSetup] }
  | { readonly method: CrowdMethod; readonly args: readonly unknown[] }
);

interface Waiting {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

export class WorkerProcess {
  readonly #child: ChildProcess = fork(PROGRAM, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], execArgv: [] });
  readonly #waiting = new Map<number, Waiting>();
  #nextId = 1;

  constructor() {
    this.#child.on('message', (message: WorkerResponse) => {
      const waiting = this.#waiting.get(message.id);
      this.#waiting.delete(message.id);
      if (message.ok) waiting?.resolve(message.result);
      else waiting?.reject(new Error(`a load process failed: ${message.reason}`));
    });
    const fail = (why: string) => (): void => {
      for (const { reject } of this.#waiting.values()) reject(new Error(`a load process ${why}`));
      this.#waiting.clear();
    };
    this.#child.once('error', fail('could not be started'));
    this.#child.once('exit', fail('has ended'));
  }

  /** Throws before it runs. */
  get pid(): number {
    if (this.#child.pid === undefined) throw new Error('a load process is not running');
    return this.#child.pid;
  }

  /** Makes the process' crowd. Rejects as {@link call}. */
  async setUp(setup: WorkerSetup): Promise<void> {
    await this.#request('setup', [setup]);
  }

  /** Calls that method of its crowd. Rejects when it fails or the process ends. */
  async call<Method extends CrowdMethod>(
    method: Method,
    ...args: Parameters<ClientCrowd[Method]>
  ): Promise<Awaited<ReturnType<ClientCrowd[Method]>>> {
    return (await this.#request(method, args)) as Awaited<ReturnType<ClientCrowd[Method]>>;
  }

  async #request(method: WorkerCall['method'], args: readonly unknown[]): Promise<unknown> {
    const id = this.#nextId;
    this.#nextId += 1;
    return await new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#child.send({ id, method, args }, (error) => {
        if (error) reject(error);
      });
    });
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, 'exit');
    if (this.#child.connected) this.#child.disconnect();
    await exited;
  }
}
