/** Figures of Redis from INFO, so that operators need no separate exporter. */
import type { CancelTimer, Clock, Component, Logger, Metrics } from '@nearby-friends/service-kit';
import type { Redis } from './redis-connection.ts';

const REDIS_STATS_INTERVAL_MS = 5_000;

interface Figures {
  readonly usedMemoryBytes: number;
  /** 0: no limit. */
  readonly memoryLimitBytes: number;
  readonly clients: number;
  readonly shardChannels: number;
  readonly commands: number;
}

/** Run it in one service only: the figures are the same everywhere. */
export class RedisStats implements Component {
  readonly name = 'redis stats';
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
    const register = (name: string, help: string, read: (figures: Figures) => number) =>
      metrics.gauge(name, help, () => (this.#figures ? read(this.#figures) : null));
    register('nearby_redis_memory_used_bytes', 'Memory that Redis uses, bytes.', (figures) => figures.usedMemoryBytes);
    register(
      'nearby_redis_memory_limit_bytes',
      'Memory limit of Redis (maxmemory), bytes; 0 means no limit.',
      (figures) => figures.memoryLimitBytes,
    );
    register('nearby_redis_clients', 'Connections to Redis from all services.', (figures) => figures.clients);
    register(
      'nearby_redis_shard_channels',
      'Shard channels with at least one subscriber.',
      (figures) => figures.shardChannels,
    );
    metrics.counted('nearby_redis_commands_total', 'Commands processed since Redis started.', () =>
      this.#figures ? this.#figures.commands : null,
    );
  }

  start(): void {
    this.#refresh();
    this.#cancel = this.#clock.every(REDIS_STATS_INTERVAL_MS, () => this.#refresh());
  }

  stop(): void {
    this.#cancel();
  }

  #refresh(): void {
    this.#redis.info('memory', 'clients', 'stats').then(
      (text) => {
        this.#figures = parseRedisInfo(text);
      },
      (error: unknown) => {
        // No figure is better than an outdated one.
        this.#figures = null;
        this.#logger.debug({ reason: String(error) }, 'redis figures not read');
      },
    );
  }
}

/** Parses the response to INFO. */
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
