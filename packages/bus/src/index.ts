/** How the services talk to each other: Redis sharded pub/sub, and nothing else. */

export * from './batch-limiter.ts';
export * from './bus.ts';
export * from './channel-subscriptions.ts';
export * from './fenced-stream/index.ts';
export * from './instance-registry.ts';
export * from './redis-clock.ts';
export * from './redis-connection.ts';
export * from './redis-health.ts';
export * from './redis-stats.ts';
export * from './rendezvous.ts';
export * from './rpc.ts';
export * from './script-runner.ts';
