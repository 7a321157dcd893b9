/** Chooses the instance of a service that a request goes to. */
import type { ServiceName } from '@nearby-friends/protocol';
import type { Clock } from '@nearby-friends/service-kit';
import type { InstanceRegistry } from './instance-registry.ts';
import { type Candidate, chooseByRendezvous } from './rendezvous.ts';

export class InstanceChoice {
  readonly #registry: Pick<InstanceRegistry, 'candidates' | 'refresh'>;
  readonly #clock: Clock;
  readonly #refreshTimeoutMs: number;
  #turn = 0;

  constructor(options: {
    registry: Pick<InstanceRegistry, 'candidates' | 'refresh'>;
    clock: Clock;
    /** How long to wait for a refresh of the registry when no instance is known; a frozen Redis is noticed later. */
    refreshTimeoutMs: number;
  }) {
    this.#registry = options.registry;
    this.#clock = options.clock;
    this.#refreshTimeoutMs = options.refreshTimeoutMs;
  }

  /** By rendezvous hashing of `key`, or in turn without a key; undefined when every known instance was tried. */
  async choose(service: ServiceName, tried: ReadonlySet<string>, key?: string): Promise<Candidate | undefined> {
    const untried = () => this.#registry.candidates(service).filter(({ id }) => !tried.has(id));
    let candidates = untried();
    // An instance may have joined since the last heartbeat, or since a pending refresh began.
    for (let refreshes = 0; candidates.length === 0 && refreshes < 2; refreshes++) {
      const isCurrent = await this.#refreshRegistry();
      candidates = untried();
      if (!isCurrent) break;
    }
    if (key !== undefined) return chooseByRendezvous(key, candidates);
    return candidates[this.#turn++ % Math.max(1, candidates.length)];
  }

  /** Returns whether the list is current: a failure or a timeout leaves it unchanged. */
  async #refreshRegistry(): Promise<boolean> {
    return new Promise<boolean>((resolve) => {
      const cancelTimer = this.#clock.after(this.#refreshTimeoutMs, () => resolve(false));
      const done = (isCurrent: boolean) => {
        cancelTimer();
        resolve(isCurrent);
      };
      // The heartbeat logs a failure.
      this.#registry.refresh().then(
        () => done(true),
        () => done(false),
      );
    });
  }
}
