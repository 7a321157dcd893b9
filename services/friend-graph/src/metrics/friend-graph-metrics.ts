/** The metrics of friend-graph. */
import type { Counter, Histogram, Metrics } from '@nearby-friends/service-kit';

export interface FriendGraphMetrics {
  readonly activeUsersAnnounced: Counter;
  readonly friendActivePublished: Counter;
  readonly friendsOfSeconds: Histogram;
  readonly reverseFriendsSeconds: Histogram;
  readonly friendsOfBatchSize: Histogram;
  readonly announceBatchSize: Histogram;
  readonly apiRequests: Counter<'method' | 'route' | 'status'>;
  readonly apiSeconds: Histogram;
  readonly requestsLimited: Counter<'limit'>;
  readonly outboxRelayed: Counter;
  readonly databaseRestores: Counter;
  /** State of the outbox at the last tick of the relay; two gauges read it. */
  readonly outbox: { rows: number; oldestSeconds: number };
  readonly revocationSeconds: Histogram;
  readonly deviceNoticesLost: Counter;
}

const BATCH_BUCKETS = [1, 2, 4, 8, 16, 32, 64, 128, 256];

export function createFriendGraphMetrics(metrics: Metrics): FriendGraphMetrics {
  const outbox = { rows: 0, oldestSeconds: 0 };
  metrics.gauge(
    'nearby_outbox_rows',
    'Changes waiting to be relayed to the gateways; counted up to 10,000.',
    () => outbox.rows,
  );
  metrics.gauge('nearby_outbox_oldest_seconds', 'Age of the oldest change in the outbox.', () => outbox.oldestSeconds);
  return {
    outbox,
    outboxRelayed: metrics.counter('nearby_outbox_relayed_total', 'Changes this replica has relayed to the gateways.'),
    databaseRestores: metrics.counter(
      'nearby_database_restores_total',
      'Times this replica found that the database lacks relayed changes: it was restored from a backup.',
    ),
    revocationSeconds: metrics.latency(
      'nearby_revocation_latency_seconds',
      'Time from the commit of a revocation until all gateways have applied it.',
    ),
    deviceNoticesLost: metrics.counter(
      'nearby_friends_changed_lost_total',
      'Messages to devices (friends:changed, sharing:changed, viewers:changed) that could not be passed to a gateway; ' +
        'the lists themselves are correct.',
    ),
    activeUsersAnnounced: metrics.counter(
      'nearby_activations_published_total',
      'Users who became active and were announced to all their viewers.',
    ),
    friendActivePublished: metrics.counter(
      'nearby_friend_active_published_total',
      'friend-active messages published to inboxes, whether or not a gateway subscribed.',
    ),
    friendsOfSeconds: metrics.latency('nearby_friends_of_seconds', 'Time to read the friends of a batch of viewers.'),
    reverseFriendsSeconds: metrics.latency(
      'nearby_reverse_friends_seconds',
      'Time to read the reverse friends of a batch of active users.',
    ),
    friendsOfBatchSize: metrics.histogram(
      'nearby_friends_of_batch_size',
      'Viewers per friends-of request of a gateway.',
      BATCH_BUCKETS,
    ),
    announceBatchSize: metrics.histogram(
      'nearby_activation_batch_size',
      'Users per announcement of active users.',
      BATCH_BUCKETS,
    ),
    apiRequests: metrics.counter('nearby_api_requests_total', 'HTTP requests, by method, route pattern and status.', [
      'method',
      'route',
      'status',
    ]),
    requestsLimited: metrics.counter(
      'nearby_requests_limited_total',
      'Requests of users refused with rate_limited, by limit: rate or concurrency.',
      ['limit'],
    ),
    apiSeconds: metrics.latency('nearby_api_request_seconds', 'Time from an HTTP request to its response.'),
  };
}
