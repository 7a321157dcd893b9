/** What tests of several packages share; only tests import it. */
export * from './api-client.ts';
export * from './crowd.ts';

export * from './deployment.ts';
export * from './eventually.ts';
export * from './nearby-client.ts';
export * from './observability/trace-collector.ts';
export * from './places.ts';
export * from './play-crowd.ts';
export * from './postgres-database.ts';
export * from './raw-socket.ts';
export * from './read-metric.ts';
export * from './seeded-random.ts';
export * from './use-deployment.ts';
