/** Starts the components of a service in order, and drains and stops them in reverse. */
import type { Logger } from '../logging/logger.ts';

/** A long-lived part of a service. */
export interface Component {
  readonly name: string;
  start?(): Promise<void> | void;
  /** Stops accepting work and finishes current work. The components it depends on still run. */
  drain?(): Promise<void> | void;
  stop?(): Promise<void> | void;
}

/**
 * new → starting → running → draining → stopping → stopped. When a component fails to start, the started ones are stopped
 * and the error is thrown. When one fails to drain or stop, the error is logged and the others continue. A stop during the
 * start starts nothing further, and `start()` rejects.
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
    /** Called once when stopping begins. */
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
        // The stop came before the component had started, so it missed its own stop.
        await this.#attempt(component, 'stop');
        throw new Error('stopped while starting');
      }
    }
  }

  /** Drains all components in reverse order, then stops them in reverse order. Safe to call twice. */
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
