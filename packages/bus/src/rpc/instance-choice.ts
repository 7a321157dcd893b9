/** Chooses which instance of a service is asked. */
import type { ServiceName } from '@nearby-friends/protocol';
import type { Clock } from '@nearby-friends/service-kit';
import type { InstanceRegistry } from './instance-registry.ts';
import { type Candidate, chooseByRendezvous } from './rendezvous.ts';

export class InstanceChoice {
  readonly #registry: Pick<InstanceRegistry, 'candidates' | 'refresh'>;
  readonly #clock: Clock;
  readonly #patienceMs: number;
  #turn = 0;

  constructor(options: {
    registry: Pick<InstanceRegistry, 'candidates' | 'refresh'>;
    clock: Clock;
    /** How long to wait for news of instances when none is known: a frozen Redis is noticed much later. */
    patienceMs: number;
  }) {
    this.#registry = options.registry;
    this.#clock = options.clock;
    this.#patienceMs = options.patienceMs;
  }

  /** By rendezvous for `key`, in turn without one; undefined when there is none but those tried already. */
  async choose(service: ServiceName, tried: ReadonlySet<string>, key?: string): Promise<Candidate | undefined> {
    const untried = () => this.#registry.candidates(service).filter(({ id }) => !tried.has(id));
    let candidates = untried();
    if (candidates.length === 0) {
      // Perhaps somebody has come since the last heartbeat.
      await this.#refreshRegistry();
      candidates = untried();
    }
    if (key !== undefined) return chooseByRendezvous(key, candidates);
    return candidates[this.#turn++ % Math.max(1, candidates.length)];
  }

  async #refreshRegistry(): Promise<void> {
    await new Promise<void>((resolve) => {
      const cancelTimer = this.#clock.after(this.#patienceMs, resolve);
      const done = () => {
        cancelTimer();
        resolve();
      };
      // A failure leaves the list as it was, and the heartbeat tells of it.
      this.#registry.refresh().then(done, done);
    });
  }
}
