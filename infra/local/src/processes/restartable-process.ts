/** One process of the stack over all its lives: started, killed on purpose, fallen over, started again. */
import type { ManagedProcess, ProcessExit } from './managed-process.ts';

export interface RestartableProcessOptions {
  readonly name: string;
  readonly spawn: () => Promise<ManagedProcess>;
  /** Resolves when it does its job; rejects with the reason when it ends before or takes too long. */
  readonly waitUntilReady: (process: ManagedProcess) => Promise<void>;
}

/**
 * States: never started → starting → ready → ended, and again from starting. It is *wanted* from `start()` until `kill()`
 * or `stop()`; an end while wanted and ready is unexpected and is told to the listener. An end while starting is told to
 * whoever called `start()`.
 */
export class RestartableProcess {
  readonly name: string;
  readonly #options: RestartableProcessOptions;
  #current: ManagedProcess | undefined;
  #starting: Promise<void> | undefined;
  #isWanted = false;
  #onUnexpectedExit: ((exit: ProcessExit) => void) | undefined;

  constructor(options: RestartableProcessOptions) {
    this.name = options.name;
    this.#options = options;
  }

  /** Whether it should be running now. */
  get isWanted(): boolean {
    return this.#isWanted;
  }

  /** The pid of the current or last life. Throws before the first. */
  get pid(): number {
    return this.#life().pid;
  }

  /** The end of the current or last life. Throws before the first. */
  get exited(): Promise<ProcessExit> {
    return this.#life().exited;
  }

  isRunning(): boolean {
    return this.#current?.isRunning() ?? false;
  }

  /** Who is told of an unexpected end; one listener, the supervisor. */
  onUnexpectedExit(listener: (exit: ProcessExit) => void): void {
    this.#onUnexpectedExit = listener;
  }

  /**
   * Starts it unless it runs, after the end of a life that was killed; resolves when it is ready. Rejects when it does not
   * become so, with nothing left running.
   */
  async start(): Promise<void> {
    if (!this.#isWanted) await this.#current?.exited;
    this.#isWanted = true;
    if (this.isRunning() && this.#starting === undefined) return;
    this.#starting ??= this.#startLife().finally(() => {
      this.#starting = undefined;
    });
    await this.#starting;
  }

  /** Sends a signal on purpose: when the process ends of it, that is not unexpected, and `start()` brings it back. */
  kill(signal: NodeJS.Signals): void {
    this.#isWanted = false;
    this.#current?.signal(signal);
  }

  /** Sends a signal that does not end it, such as SIGSTOP. */
  signal(signal: NodeJS.Signals): void {
    this.#current?.signal(signal);
  }

  /** Asks it to end, by force after the deadline (milliseconds). */
  async stop(deadlineMs?: number): Promise<ProcessExit | undefined> {
    this.#isWanted = false;
    return await this.#current?.stop(deadlineMs);
  }

  async #startLife(): Promise<void> {
    const life = await this.#options.spawn();
    this.#current = life;
    // Stopped while it was being spawned: nobody could reach it yet.
    if (!this.#isWanted) life.signal('SIGKILL');
    try {
      await this.#options.waitUntilReady(life);
    } catch (error) {
      await life.stop();
      throw error;
    }
    void life.exited.then((exit) => {
      if (this.#isWanted && this.#current === life) this.#onUnexpectedExit?.(exit);
    });
  }

  #life(): ManagedProcess {
    if (this.#current === undefined) throw new Error(`${this.name} has not been started yet.`);
    return this.#current;
  }
}
