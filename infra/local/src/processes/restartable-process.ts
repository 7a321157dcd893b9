/** One process of the stack over all its restarts. */
import type { ManagedProcess, ProcessExit } from './managed-process.ts';

interface RestartableProcessOptions {
  readonly name: string;
  readonly spawn: () => Promise<ManagedProcess>;
  /** Resolves when it is ready; rejects with the reason when it ends before or takes too long. */
  readonly waitUntilReady: (process: ManagedProcess) => Promise<void>;
}

/**
 * States: never started → starting → ready → ended, and again from starting. It is *wanted* from `start()` until `kill()`
 * or `stop()`. An end while wanted and ready is unexpected and notifies the listener. An end while starting rejects
 * `start()`.
 */
export class RestartableProcess {
  readonly name: string;
  readonly #options: RestartableProcessOptions;
  #current: ManagedProcess | undefined;
  #spawning: Promise<ManagedProcess> | undefined;
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

  /** The pid of the current or last process. Throws before the first. */
  get pid(): number {
    return this.#spawned().pid;
  }

  /** The exit of the current or last process. Throws before the first. */
  get exited(): Promise<ProcessExit> {
    return this.#spawned().exited;
  }

  isRunning(): boolean {
    return this.#current?.isRunning() ?? false;
  }

  /** Sets the only listener for an unexpected end, the supervisor's. */
  onUnexpectedExit(listener: (exit: ProcessExit) => void): void {
    this.#onUnexpectedExit = listener;
  }

  /**
   * Starts it unless it runs, after a killed process has ended; resolves when it is ready. Rejects when it does not become
   * ready, with nothing left running.
   */
  async start(): Promise<void> {
    if (!this.#isWanted && this.#current !== undefined) await this.#current.exited;
    this.#isWanted = true;
    if (this.isRunning() && this.#starting === undefined) return;
    this.#starting ??= this.#startProcess().finally(() => {
      this.#starting = undefined;
    });
    await this.#starting;
  }

  /** Sends a signal that may end the process: that end is not unexpected, and `start()` starts it again. */
  kill(signal: NodeJS.Signals): void {
    this.#isWanted = false;
    this.#current?.signal(signal);
  }

  /** Sends a signal that does not end it, such as SIGSTOP. */
  signal(signal: NodeJS.Signals): void {
    this.#current?.signal(signal);
  }

  /** Stops it in order, by SIGKILL after the deadline (milliseconds). */
  async stop(deadlineMs?: number): Promise<ProcessExit | undefined> {
    this.#isWanted = false;
    // One that is being spawned has no pid yet, and would outlive a program that ends now.
    await this.#spawning?.catch(() => undefined);
    return await this.#current?.stop(deadlineMs);
  }

  async #startProcess(): Promise<void> {
    this.#spawning = this.#spawn();
    const spawned = await this.#spawning.finally(() => {
      this.#spawning = undefined;
    });
    try {
      await this.#options.waitUntilReady(spawned);
    } catch (error) {
      await spawned.stop();
      throw error;
    }
    void spawned.exited.then((exit) => {
      if (this.#isWanted && this.#current === spawned) this.#onUnexpectedExit?.(exit);
    });
  }

  async #spawn(): Promise<ManagedProcess> {
    const spawned = await this.#options.spawn();
    this.#current = spawned;
    // Stopped while it was being spawned: until now there was no process to signal.
    if (!this.#isWanted) spawned.signal('SIGKILL');
    return spawned;
  }

  #spawned(): ManagedProcess {
    if (this.#current === undefined) throw new Error(`${this.name} has not been started yet.`);
    return this.#current;
  }
}
