/** Who is alive: each instance beats into a sorted set in Redis, and everybody reads it. */
import { instancesKey, type ServiceName } from '@nearby-friends/protocol';
import type { CancelTimer, Clock, Component, Logger } from '@nearby-friends/service-kit';
import { BEAT } from '../redis/heartbeat-script.ts';
import type { Redis } from '../redis/redis-connection.ts';
import { runScript } from '../redis/script-runner.ts';
import { type Candidate, hashString } from './rendezvous.ts';

export const HEARTBEAT_INTERVAL_MS = 1_000;
/** Several missed beats, so that one slow turn of an event loop takes nobody out. */
export const INSTANCE_EXPIRY_MS = 3_500;
/** An instance that did not answer is asked last for this long. */
export const SUSPICION_MS = 2_000;

interface Instance extends Candidate {
  suspectedUntil: number;
}

/**
 * Who is not on Redis' list is gone: it left, or its beats stopped {@link INSTANCE_EXPIRY_MS} ago. But each process
 * keeps what it last read while Redis is away, and for one expiry after it has come back, perhaps without its memory:
 * yesterday's list is better than none, because sending to an instance that is gone is noticed (nobody receives it).
 */
export class InstanceRegistry implements Component {
  readonly name = 'instance registry';
  readonly #redis: Redis;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #own: { service: ServiceName; instanceId: string };
  readonly #instances = new Map<ServiceName, Map<string, Instance>>();
  /** The same as arrays, those not under suspicion first: what the hot path reads. */
  readonly #ranked = new Map<ServiceName, readonly Instance[]>();
  #isMember = false;
  /** Until then a Redis that has just come back is not believed when it does not know an instance. */
  #absentKeptUntil = 0;
  #refreshing: Promise<void> | null = null;
  #cancel: CancelTimer = () => undefined;

  constructor(options: {
    redis: Redis;
    clock: Clock;
    logger: Logger;
    service: ServiceName;
    instanceId: string;
    /** The services this process asks. */
    watch: readonly ServiceName[];
  }) {
    this.#redis = options.redis;
    this.#clock = options.clock;
    this.#logger = options.logger;
    this.#own = { service: options.service, instanceId: options.instanceId };
    for (const service of options.watch) this.#instances.set(service, new Map());
    this.#redis.on('ready', () => {
      this.#absentKeptUntil = this.#clock.now() + INSTANCE_EXPIRY_MS;
    });
  }

  async start(): Promise<void> {
    await this.refresh();
    this.#cancel = this.#clock.every(HEARTBEAT_INTERVAL_MS, () => {
      this.refresh().catch((error: unknown) => this.#logger.debug({ reason: String(error) }, 'heartbeat failed'));
    });
  }

  /** Lets others find this instance; to be called when it can do its job. */
  async join(): Promise<void> {
    this.#isMember = true;
    await this.#beat(this.#own.service);
  }

  /** Takes this instance out at once; what was sent to it before still arrives. Rejects when Redis does not answer. */
  async drain(): Promise<void> {
    if (!this.#isMember) return;
    this.#isMember = false;
    // A beat that is under way may have to be sent again as a whole script, and would bring this instance back.
    await this.#refreshing?.catch(() => undefined);
    await this.#redis.zrem(instancesKey(this.#own.service), this.#own.instanceId);
  }

  stop(): void {
    this.#cancel();
  }

  /** The live instances of a watched service, those that did not answer lately left out unless there are no others. */
  candidates(service: ServiceName): readonly Candidate[] {
    return this.#ranked.get(service) ?? [];
  }

  /**
   * Asks `instance` last for a while: it was not there, or it did not answer. Returns whether that is news, and not only
   * one more question that found it so.
   */
  suspect(service: ServiceName, instanceId: string): boolean {
    const instance = this.#instances.get(service)?.get(instanceId);
    if (!instance) return true;
    const now = this.#clock.now();
    const isNews = instance.suspectedUntil <= now;
    instance.suspectedUntil = now + SUSPICION_MS;
    this.#rank(service);
    return isNews;
  }

  /**
   * Beats, if a member, and reads all watched services anew; whoever asks while that is under way shares it. Rejects
   * when Redis does not answer.
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
    await Promise.all([...watched, ...beatOwn].map((service) => this.#beat(service)));
  }

  async #beat(service: ServiceName): Promise<void> {
    const own = this.#isMember && service === this.#own.service ? this.#own.instanceId : '';
    const ids = (await runScript(this.#redis, BEAT, [instancesKey(service)], [own, INSTANCE_EXPIRY_MS])) as string[];
    const known = this.#instances.get(service);
    if (!known) return;
    for (const id of ids) {
      if (known.has(id)) continue;
      known.set(id, { id, hash: hashString(id), suspectedUntil: 0 });
      this.#logger.info({ peer: `${service}:${id}` }, 'instance appeared');
    }
    if (this.#clock.now() >= this.#absentKeptUntil) this.#forgetAllBut(new Set(ids), service, known);
    this.#rank(service);
  }

  #forgetAllBut(present: ReadonlySet<string>, service: ServiceName, known: Map<string, Instance>): void {
    for (const id of known.keys()) {
      if (present.has(id)) continue;
      known.delete(id);
      this.#logger.info({ peer: `${service}:${id}` }, 'instance gone');
    }
  }

  #rank(service: ServiceName): void {
    const all = [...(this.#instances.get(service)?.values() ?? [])];
    const now = this.#clock.now();
    const trusted = all.filter((instance) => instance.suspectedUntil <= now);
    this.#ranked.set(service, trusted.length > 0 ? trusted : all);
  }
}
