/** One load process as the benchmark sees it: commands and their responses. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { WorkerCommand, WorkerResponse } from './worker-messages.ts';

/** The built program, the same from `src/` and from `dist/`. */
const PROGRAM = fileURLToPath(new URL('../../dist/load/load-worker.js', import.meta.url));

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

  /** Rejects when the command fails or the process ends. */
  async request<Result>(command: WorkerCommand): Promise<Result> {
    const id = this.#nextId;
    this.#nextId += 1;
    return await new Promise<Result>((resolve, reject) => {
      this.#waiting.set(id, { resolve: (result) => resolve(result as Result), reject });
      this.#child.send({ id, command }, (error) => {
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
