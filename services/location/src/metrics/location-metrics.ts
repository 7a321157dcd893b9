/** The metrics of the location service. */
import type { Counter, Histogram, Metrics } from '@nearby-friends/service-kit';

export interface LocationMetrics {
  readonly positions: Counter<'outcome'>;
  readonly announcements: Counter;
  readonly entriesRead: Counter;
  readonly usersForgotten: Counter;
  readonly batchSize: Histogram;
}

export function createLocationMetrics(metrics: Metrics): LocationMetrics {
  return {
    positions: metrics.counter('nearby_positions_recorded_total', 'Positions received from gateways, by outcome.', [
      'outcome',
    ]),
    announcements: metrics.counter(
      'nearby_activations_announced_total',
      'Users whose activation was announced to friend-graph.',
    ),
    entriesRead: metrics.counter('nearby_cache_entries_read_total', 'Cache entries of active users read for gateways.'),
    usersForgotten: metrics.counter('nearby_users_erased_total', 'Erased users whose entries were deleted.'),
    batchSize: metrics.histogram(
      'nearby_position_batch_size',
      'Positions per batch from a gateway.',
      [1, 2, 5, 10, 20, 50, 100, 200, 500],
    ),
  };
}
