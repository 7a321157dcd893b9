/** The life of a service: its components start in order and stop in reverse. */
import type { Logger } from './logger.ts';

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
 * started and the failure is thrown; one that fails to drain or stop is logged and the rest goes on.
 */
export class Lifecycle {
  readonly #components: readonly Component[];
  readonly #logger: Logger;
  readonly #started: Component[] = [];
  #stopping: Promise<void> | null = null;

  constructor(options: { components: readonly Component[]; logger: Logger }) {
    this.#components = options.components;
    this.#logger = options.logger;
  }

  async start(): Promise<void> {
    for (const component of this.#components) {
      this.#started.push(component);
      try {
        await component.start?.();
      } catch (error) {
        this.#logger.error({ error, component: component.name }, 'failed to start');
        await this.stop();
        throw error;
      }
    }
  }

  /** Drains everything in reverse, then stops everything in reverse. Safe to call twice. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
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
