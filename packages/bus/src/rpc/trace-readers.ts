/** Who can read where in a trace a question belongs: a question to anybody else is framed as ever. */
import { type ServiceName, traceReadersKey } from '@nearby-friends/protocol';
import type { CancelTimer, Clock, Component, Logger } from '@nearby-friends/service-kit';
import { BEAT } from '../redis/heartbeat-script.ts';
import type { Redis } from '../redis/redis-connection.ts';
import { runScript } from '../redis/script-runner.ts';
import { HEARTBEAT_INTERVAL_MS, INSTANCE_EXPIRY_MS } from './instance-registry.ts';

/**
 * Old and new builds run side by side during a deploy, and so do replicas that trace and those that do not: only those
 * that trace say so, and only of them it is believed. When one is replaced by an older build of the same name it may be
 * sent a frame that it cannot read, until its predecessor's last beat has expired; the question then goes to another.
 */
export class TraceReaders implements Component {
  readonly name = 'trace readers';
  readonly #redis: Redis;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #own: { service: ServiceName; instanceId: string };
  readonly #readers: Map<ServiceName, ReadonlySet<string>>;
  #isMember = false;
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
    this.#readers = new Map(options.watch.map((service) => [service, new Set()]));
  }

  start(): void {
    this.#isMember = true;
    this.#refreshQuietly();
    this.#cancel = this.#clock.every(HEARTBEAT_INTERVAL_MS, () => this.#refreshQuietly());
  }

  async drain(): Promise<void> {
    this.#isMember = false;
    this.#cancel();
    await this.#redis.zrem(traceReadersKey(this.#own.service), this.#own.instanceId);
  }

  stop(): void {
    this.#cancel();
  }

  includes(service: ServiceName, instanceId: string): boolean {
    return this.#readers.get(service)?.has(instanceId) ?? false;
  }

  #refreshQuietly(): void {
    this.#refresh().catch((error: unknown) => {
      this.#logger.debug({ reason: String(error) }, 'who reads traces could not be read');
    });
  }

  async #refresh(): Promise<void> {
    const services = new Set([this.#own.service, ...this.#readers.keys()]);
    await Promise.all([...services].map((service) => this.#beat(service)));
  }

  async #beat(service: ServiceName): Promise<void> {
    const own = this.#isMember && service === this.#own.service ? this.#own.instanceId : '';
    const ids = await runScript(this.#redis, BEAT, [traceReadersKey(service)], [own, INSTANCE_EXPIRY_MS]);
    if (this.#readers.has(service)) this.#readers.set(service, new Set(ids as string[]));
  }
}
