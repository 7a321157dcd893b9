/** The metrics of the connection to PostgreSQL. */
import type { Counter, Histogram, Metrics } from '@nearby-friends/service-kit';

export interface DatabaseMetrics {
  readonly operationSeconds: Histogram;
  readonly operationsFailed: Counter<'code'>;
}

/** State of the connection pool, read at each scrape. */
export interface PoolState {
  /** Open connections. */
  connections(): number;
  /** Maximum number of connections. */
  limit(): number;
  /** Callers that wait for a connection. */
  waiting(): number;
  /** 1 if the last write probe succeeded. */
  isUp(): 0 | 1;
}

export function createDatabaseMetrics(metrics: Metrics): DatabaseMetrics {
  return {
    operationSeconds: metrics.latency(
      'nearby_database_operation_seconds',
      'Duration of one PostgreSQL operation, including the wait for a connection.',
    ),
    operationsFailed: metrics.counter(
      'nearby_database_operations_failed_total',
      'Failed PostgreSQL operations by error code; "unavailable" means that PostgreSQL could not be reached.',
      ['code'],
    ),
  };
}

export function registerPoolGauges(metrics: Metrics, pool: PoolState): void {
  metrics.gauge('nearby_database_connections', 'Open connections to PostgreSQL.', pool.connections);
  metrics.gauge('nearby_database_connections_limit', 'Maximum connections (DATABASE_POOL_SIZE).', pool.limit);
  metrics.gauge('nearby_database_waiting', 'Callers waiting for a database connection.', pool.waiting);
  metrics.gauge('nearby_database_up', '1 if the last write probe of PostgreSQL succeeded, otherwise 0.', pool.isUp);
}
