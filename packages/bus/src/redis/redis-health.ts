/** Metrics of the connections to Redis. */
import type { Metrics } from '@nearby-friends/service-kit';
import type { Redis } from './redis-connection.ts';

export class RedisHealth {
  readonly #connections = new Map<string, Redis>();
  readonly #losses: Record<string, number> = {};

  constructor({ metrics }: { metrics: Metrics }) {
    metrics.gaugeBy(
      'nearby_redis_connected',
      '1 while this connection to Redis is up, by connection.',
      'connection',
      () => Object.fromEntries([...this.#connections].map(([name, { status }]) => [name, status === 'ready' ? 1 : 0])),
    );
    metrics.countedBy(
      'nearby_redis_connections_lost_total',
      'Losses of an established connection to Redis, by connection.',
      'connection',
      () => this.#losses,
    );
  }

  /** Adds a connection to the metrics under `name`. */
  watch(name: string, redis: Redis): void {
    this.#connections.set(name, redis);
    this.#losses[name] = 0;
    let isUp = false;
    redis.on('ready', () => {
      isUp = true;
    });
    redis.on('close', () => {
      if (isUp) this.#losses[name] = (this.#losses[name] ?? 0) + 1;
      isUp = false;
    });
  }
}
