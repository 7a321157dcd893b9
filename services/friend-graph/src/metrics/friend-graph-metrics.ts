/** What friend-graph counts. */
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
  readonly outboxRelayed: Counter;
  /** What the outbox held when it was last looked at; read by two gauges. */
  readonly outbox: { rows: number; oldestSeconds: number };
  readonly revocationSeconds: Histogram;
  readonly devicesNotTold: Counter;
}

const BATCH_BUCKETS = [1, 2, 4, 8, 16, 32, 64, 128, 256];

export function createFriendGraphMetrics(metrics: Metrics): FriendGraphMetrics {
  const outbox = { rows: 0, oldestSeconds: 0 };
  metrics.gauge(
    'nearby_outbox_rows',
    'Changes that wait to be relayed to the gateways; 10,000 means very many.',
    () => outbox.rows,
  );
  metrics.gauge(
    'nearby_outbox_oldest_seconds',
    'How long the oldest of them has waited, s.',
    () => outbox.oldestSeconds,
  );
  return {
    outbox,
    outboxRelayed: metrics.counter(
      'nearby_outbox_relayed_total',
      'Changes that this replica has relayed to the gateways.',
    ),
    revocationSeconds: metrics.latency(
      'nearby_revocation_latency_seconds',
      'Time from the commit of a change that takes a right away until no gateway delivers under it, s.',
    ),
    devicesNotTold: metrics.counter(
      'nearby_friends_changed_lost_total',
      'Messages friends:changed that no gateway took; the lists themselves are right.',
    ),
    activeUsersAnnounced: metrics.counter(
      'nearby_activations_published_total',
      'Users who became active, whose viewers were all told.',
    ),
    friendActivePublished: metrics.counter(
      'nearby_friend_active_published_total',
      'Messages to viewers that a friend became active, whether or not a gateway listened.',
    ),
    friendsOfSeconds: metrics.latency(
      'nearby_friends_of_seconds',
      'Time to read the friends of a batch of viewers, s.',
    ),
    reverseFriendsSeconds: metrics.latency(
      'nearby_reverse_friends_seconds',
      'Time to read the reverse friends of a batch of active users, s.',
    ),
    friendsOfBatchSize: metrics.histogram(
      'nearby_friends_of_batch_size',
      'Viewers per question of a gateway.',
      BATCH_BUCKETS,
    ),
    announceBatchSize: metrics.histogram('nearby_activation_batch_size', 'Users per announcement.', BATCH_BUCKETS),
    apiRequests: metrics.counter('nearby_api_requests_total', 'HTTP requests, by method, route pattern and status.', [
      'method',
      'route',
      'status',
    ]),
    apiSeconds: metrics.latency('nearby_api_request_seconds', 'Time from an HTTP request to its answer, s.'),
  };
}
