/** The life of a service: its components start in order and stop in reverse. */
import type { Logger } from '../logging/logger.ts';

/** Whatever lives long. */
export interface Component {
  readonly name: string;
  start?(): Promise<void> | void;
  /** Stops taking new work and finishes what is in hand; everything it needs still runs. */
  drain?(): Promise<void> | void;
  stop?(): Promise<void> | void;
}

/**
 * new → starting → running → draining → stopping → stopped. A component that fails to start stops those already
 * started and the failure is thrown; one that fails to drain or stop is logged and the rest goes on. A stop may come
 * while something is still starting: nothing further is started then, and `start()` rejects.
 */
export class Lifecycle {
  readonly #components: readonly Component[];
  readonly #logger: Logger;
  readonly #onStop: () => void;
  readonly #started: Component[] = [];
  #stopping: Promise<void> | null = null;

  constructor(options: {
    components: readonly Component[];
    logger: Logger;
    /** Called once when stopping begins, whatever the reason. */
    onStop?: () => void;
  }) {
    this.#components = options.components;
    this.#logger = options.logger;
    this.#onStop = options.onStop ?? (() => undefined);
  }

  async start(): Promise<void> {
    for (const component of this.#components) {
      this.#started.push(component);
      try {
        await component.start?.();
      } catch (error) {
        if (!this.#stopping) this.#logger.error({ error, component: component.name }, 'failed to start');
        await this.stop();
        throw error;
      }
      if (this.#stopping) {
        // It was asked to stop before it had started, and has started all the same.
        await this.#attempt(component, 'stop');
        throw new Error('stopped while starting');
      }
    }
  }

  /** Drains everything in reverse, then stops everything in reverse. Safe to call twice. */
  stop(): Promise<void> {
    if (!this.#stopping) {
      this.#onStop();
      this.#stopping = this.#stop();
    }
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    const components = this.#started.toReversed();
    for (const component of components) await this.#attempt(component, 'drain');
    for (const component of components) await this.#attempt(component, 'stop');
  }

  async #attempt(component: Component, step: 'drain' | 'stop'): Promise<void> {
    try {
      await component[step]?.();
    } catch (error) {
      this.#logger.error({ error, component: component.name, step }, 'failed to stop cleanly');
    }
  }
}
