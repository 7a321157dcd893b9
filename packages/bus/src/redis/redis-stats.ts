/** What Redis says about itself, asked now and then so that operators need nothing else for it. */
import type { CancelTimer, Clock, Component, Logger, Metrics } from '@nearby-friends/service-kit';
import type { Redis } from './redis-connection.ts';

export const REDIS_STATS_INTERVAL_MS = 5_000;

interface Figures {
  readonly usedMemoryBytes: number;
  /** 0: no limit. */
  readonly memoryLimitBytes: number;
  readonly clients: number;
  readonly shardChannels: number;
  readonly commands: number;
}

/** For one service to have: every instance would say the same. */
export class RedisStats implements Component {
  readonly name = 'redis figures';
  readonly #redis: Redis;
  readonly #clock: Clock;
  readonly #logger: Logger;
  #figures: Figures | null = null;
  #cancel: CancelTimer = () => undefined;

  constructor(options: { redis: Redis; metrics: Metrics; clock: Clock; logger: Logger }) {
    const { metrics } = options;
    this.#redis = options.redis;
    this.#clock = options.clock;
    this.#logger = options.logger;
    const show = (name: string, help: string, read: (figures: Figures) => number) =>
      metrics.gauge(name, help, () => (this.#figures ? read(this.#figures) : null));
    show('nearby_redis_memory_used_bytes', 'Memory that Redis uses, bytes.', (figures) => figures.usedMemoryBytes);
    show(
      'nearby_redis_memory_limit_bytes',
      'Memory that Redis may use (maxmemory), bytes; 0 is no limit.',
      (figures) => figures.memoryLimitBytes,
    );
    show('nearby_redis_clients', 'Connections that Redis has, of all services.', (figures) => figures.clients);
    show('nearby_redis_shard_channels', 'Channels that somebody listens to.', (figures) => figures.shardChannels);
    metrics.counted('nearby_redis_commands_total', 'Commands that Redis has processed since it started.', () =>
      this.#figures ? this.#figures.commands : null,
    );
  }

  start(): void {
    this.#ask();
    this.#cancel = this.#clock.every(REDIS_STATS_INTERVAL_MS, () => this.#ask());
  }

  stop(): void {
    this.#cancel();
  }

  #ask(): void {
    this.#redis.info('memory', 'clients', 'stats').then(
      (text) => {
        this.#figures = parseRedisInfo(text);
      },
      (error: unknown) => {
        // Better nothing than what was true once.
        this.#figures = null;
        this.#logger.debug({ reason: String(error) }, 'redis did not say how it is');
      },
    );
  }
}

/** Takes the figures out of the answer to INFO. */
export function parseRedisInfo(text: string): Figures {
  const figure = (name: string) => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(text)?.[1] ?? 0);
  return {
    usedMemoryBytes: figure('used_memory'),
    memoryLimitBytes: figure('maxmemory'),
    clients: figure('connected_clients'),
    shardChannels: figure('pubsubshard_channels'),
    commands: figure('total_commands_processed'),
  };
}
