/** The live instances of each service: every instance writes heartbeats into a sorted set in Redis and reads it. */
import { instancesKey, type ServiceName } from '@nearby-friends/protocol';
import type { CancelTimer, Clock, Component, Logger } from '@nearby-friends/service-kit';
import { HEARTBEAT } from '../redis/heartbeat-script.ts';
import type { Redis } from '../redis/redis-connection.ts';
import { runScript } from '../redis/script-runner.ts';
import { type Candidate, hashString } from './rendezvous.ts';

export const HEARTBEAT_INTERVAL_MS = 1_000;
/** Several heartbeats, so that one slow turn of an event loop does not remove an instance. */
export const INSTANCE_EXPIRY_MS = 3_500;
/** For this long an instance that did not respond is chosen only when there is no other. */
export const SUSPICION_MS = 2_000;

interface Instance extends Candidate {
  suspectedUntil: number;
}

/**
 * An instance that is missing from Redis' list is gone: it left, or its last heartbeat is older than
 * {@link INSTANCE_EXPIRY_MS}. Each process keeps the last list it read while Redis is unavailable, and for one expiry
 * after Redis returns, perhaps without its data. A stale list is better than none: a request to an instance that is gone
 * has no receiver, which the sender notices.
 */
export class InstanceRegistry implements Component {
  readonly name = 'instance registry';
  readonly #redis: Redis;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #own: { service: ServiceName; instanceId: string };
  readonly #instances = new Map<ServiceName, Map<string, Instance>>();
  /** The candidates of each service as an array, for the hot path. */
  readonly #ranked = new Map<ServiceName, readonly Instance[]>();
  #isMember = false;
  /** Until then an instance stays listed although Redis, which has just returned, does not list it. */
  #keepAbsentUntil = 0;
  #refreshing: Promise<void> | null = null;
  #cancel: CancelTimer = () => undefined;

  constructor(options: {
    redis: Redis;
    clock: Clock;
    logger: Logger;
    service: ServiceName;
    instanceId: string;
    /** The services that this process sends requests to. */
    watch: readonly ServiceName[];
  }) {
    this.#redis = options.redis;
    this.#clock = options.clock;
    this.#logger = options.logger;
    this.#own = { service: options.service, instanceId: options.instanceId };
    for (const service of options.watch) this.#instances.set(service, new Map());
    this.#redis.on('ready', () => {
      this.#keepAbsentUntil = this.#clock.now() + INSTANCE_EXPIRY_MS;
    });
  }

  async start(): Promise<void> {
    await this.refresh();
    this.#cancel = this.#clock.every(HEARTBEAT_INTERVAL_MS, () => {
      this.refresh().catch((error: unknown) => this.#logger.debug({ reason: String(error) }, 'heartbeat failed'));
    });
  }

  /** Makes this instance visible to others. Call it when the instance can serve. */
  async join(): Promise<void> {
    this.#isMember = true;
    await this.#heartbeat(this.#own.service);
  }

  /** Removes this instance at once; requests already sent to it still arrive. Rejects when Redis does not respond. */
  async drain(): Promise<void> {
    if (!this.#isMember) return;
    this.#isMember = false;
    // A running heartbeat may be sent a second time, as a whole script, and would add this instance again.
    await this.#refreshing?.catch(() => undefined);
    await this.#redis.zrem(instancesKey(this.#own.service), this.#own.instanceId);
  }

  stop(): void {
    this.#cancel();
  }

  /** The live instances of a watched service, without suspected ones unless all are suspected. */
  candidates(service: ServiceName): readonly Candidate[] {
    return this.#ranked.get(service) ?? [];
  }

  /**
   * Avoids the instance for {@link SUSPICION_MS} because it was not there or did not respond. Returns whether it was
   * not suspected before.
   */
  suspect(service: ServiceName, instanceId: string): boolean {
    const instance = this.#instances.get(service)?.get(instanceId);
    if (!instance) return true;
    const now = this.#clock.now();
    const isNew = instance.suspectedUntil <= now;
    instance.suspectedUntil = now + SUSPICION_MS;
    this.#rank(service);
    return isNew;
  }

  /**
   * Writes a heartbeat, if this instance has joined, and re-reads all watched services. Concurrent calls share one
   * refresh. Rejects when Redis does not respond.
   */
  refresh(): Promise<void> {
    this.#refreshing ??= this.#refresh().finally(() => {
      this.#refreshing = null;
    });
    return this.#refreshing;
  }

  async #refresh(): Promise<void> {
    const watched = [...this.#instances.keys()];
    const beatOwn = this.#isMember && !watched.includes(this.#own.service) ? [this.#own.service] : [];
    await Promise.all([...watched, ...beatOwn].map((service) => this.#heartbeat(service)));
  }

  async #heartbeat(service: ServiceName): Promise<void> {
    const own = this.#isMember && service === this.#own.service ? this.#own.instanceId : '';
    const ids = (await runScript(
      this.#redis,
      HEARTBEAT,
      [instancesKey(service)],
      [own, INSTANCE_EXPIRY_MS],
    )) as string[];
    const known = this.#instances.get(service);
    if (!known) return;
    for (const id of ids) {
      if (known.has(id)) continue;
      known.set(id, { id, hash: hashString(id), suspectedUntil: 0 });
      this.#logger.info({ target: `${service}:${id}` }, 'instance appeared');
    }
    if (this.#clock.now() >= this.#keepAbsentUntil) this.#removeAllBut(new Set(ids), service, known);
    this.#rank(service);
  }

  #removeAllBut(present: ReadonlySet<string>, service: ServiceName, known: Map<string, Instance>): void {
    for (const id of known.keys()) {
      if (present.has(id)) continue;
      known.delete(id);
      this.#logger.info({ target: `${service}:${id}` }, 'instance gone');
    }
  }

  #rank(service: ServiceName): void {
    const all = [...(this.#instances.get(service)?.values() ?? [])];
    const now = this.#clock.now();
    const trusted = all.filter((instance) => instance.suspectedUntil <= now);
    this.#ranked.set(service, trusted.length > 0 ? trusted : all);
  }
}
