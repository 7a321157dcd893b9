/** The viewers with alerts, of whom each instance looks after its share. */
import { chooseByRendezvous, type InstanceRegistry, type Rpc } from '@nearby-friends/bus';
import { alertViewers, type UserId } from '@nearby-friends/protocol';
import type { Clock } from '@nearby-friends/service-kit';

/** Those who turn alerts on are looked after this much later at most; those who turn them off get none at once. */
const REFRESH_MS = 30_000;
/** Some 20 MB. Later ids are left out. */
const MAX_VIEWERS = 500_000;

export class ViewerRoster {
  readonly #rpc: Pick<Rpc, 'call'>;
  readonly #registry: Pick<InstanceRegistry, 'candidates'>;
  readonly #instanceId: string;
  readonly #refreshMs: number;
  readonly #clock: Clock;
  #viewers: readonly UserId[] = [];
  #readAt = Number.NEGATIVE_INFINITY;

  constructor(options: {
    rpc: Pick<Rpc, 'call'>;
    registry: Pick<InstanceRegistry, 'candidates'>;
    instanceId: string;
    /** The interval of looks, ms. */
    lookMs: number;
    clock: Clock;
  }) {
    this.#rpc = options.rpc;
    this.#registry = options.registry;
    this.#instanceId = options.instanceId;
    this.#refreshMs = Math.min(REFRESH_MS, 3 * options.lookMs);
    this.#clock = options.clock;
  }

  /**
   * By rendezvous hashing among the live instances. While these change, two instances may look after a viewer for a moment, or
   * none: what is decided about a viewer is decided in Redis. Rejects with `unavailable`.
   */
  async share(): Promise<UserId[]> {
    if (this.#clock.now() - this.#readAt >= this.#refreshMs) await this.#read();
    const instances = this.#registry.candidates('alerts');
    return this.#viewers.filter((viewer) => chooseByRendezvous(viewer, instances)?.id === this.#instanceId);
  }

  async #read(): Promise<void> {
    const startedAt = this.#clock.now();
    const viewers: UserId[] = [];
    let after: UserId | null = null;
    do {
      const page: { viewers: UserId[]; next: UserId | null } = await this.#rpc.call(alertViewers, { after });
      viewers.push(...page.viewers);
      after = page.next;
    } while (after !== null && viewers.length < MAX_VIEWERS);
    this.#viewers = viewers;
    this.#readAt = startedAt;
  }
}
