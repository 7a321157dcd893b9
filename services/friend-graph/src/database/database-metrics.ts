/** What an operator sees of PostgreSQL. */
import type { Counter, Histogram, Metrics } from '@nearby-friends/service-kit';
import type { Database } from './database.ts';

export interface DatabaseMetrics {
  readonly operationSeconds: Histogram;
  readonly operationsFailed: Counter<'code'>;
}

export function createDatabaseMetrics(metrics: Metrics): DatabaseMetrics {
  return {
    operationSeconds: metrics.latency(
      'nearby_database_operation_seconds',
      'Time of one operation on PostgreSQL, the wait for a connection included, s.',
    ),
    operationsFailed: metrics.counter(
      'nearby_database_operations_failed_total',
      'Operations on PostgreSQL that failed, by code: unavailable is the server’s absence.',
      ['code'],
    ),
  };
}

export function registerPoolGauges(metrics: Metrics, load: Database['load']): void {
  metrics.gauge('nearby_database_connections', 'Open connections to PostgreSQL.', load.connections);
  metrics.gauge('nearby_database_connections_limit', 'The most there may be (DATABASE_POOL_SIZE).', load.limit);
  metrics.gauge('nearby_database_waiting', 'Callers that wait for a connection.', load.waiting);
  metrics.gauge('nearby_database_up', '1 when PostgreSQL took the last write that was tried as a proof.', load.isUp);
}
