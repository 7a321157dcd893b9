/** How the services talk to each other: Redis sharded pub/sub, and nothing else. */

export * from './bus.ts';
export * from './fenced-stream/index.ts';
export * from './redis/channel-subscriptions.ts';
export * from './redis/redis-clock.ts';
export * from './redis/redis-connection.ts';
export * from './redis/redis-failure.ts';
export * from './redis/redis-health.ts';
export * from './redis/redis-stats.ts';
export * from './redis/script-runner.ts';
export * from './rpc/batch-limiter.ts';
export * from './rpc/batched-read.ts';
export * from './rpc/instance-registry.ts';
export * from './rpc/rendezvous.ts';
export type { Publish } from './rpc/request-server.ts';
export * from './rpc/rpc.ts';
