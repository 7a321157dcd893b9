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
    'outbox_rows',
    'Changes that wait to be relayed to the gateways; 10,000 means very many.',
    () => outbox.rows,
  );
  metrics.gauge('outbox_oldest_seconds', 'How long the oldest of them has waited, s.', () => outbox.oldestSeconds);
  return {
    outbox,
    outboxRelayed: metrics.counter('outbox_relayed_total', 'Changes that this replica has relayed to the gateways.'),
    revocationSeconds: metrics.latency(
      'revocation_latency_seconds',
      'Time from the commit of a change that takes a right away until no gateway delivers under it, s.',
    ),
    devicesNotTold: metrics.counter(
      'friends_changed_lost_total',
      'Messages friends:changed that no gateway took; the lists themselves are right.',
    ),
    activeUsersAnnounced: metrics.counter(
      'active_users_announced_total',
      'Users who became active, whose viewers were all told.',
    ),
    friendActivePublished: metrics.counter(
      'friend_active_published_total',
      'Messages to viewers that a friend became active, whether or not a gateway listened.',
    ),
    friendsOfSeconds: metrics.latency('friends_of_seconds', 'Time to read the friends of a batch of viewers, s.'),
    reverseFriendsSeconds: metrics.latency(
      'reverse_friends_seconds',
      'Time to read the reverse friends of a batch of active users, s.',
    ),
    friendsOfBatchSize: metrics.histogram('friends_of_batch_size', 'Viewers per question of a gateway.', BATCH_BUCKETS),
    announceBatchSize: metrics.histogram('announce_batch_size', 'Users per announcement.', BATCH_BUCKETS),
    apiRequests: metrics.counter('api_requests_total', 'HTTP requests, by method, route pattern and status.', [
      'method',
      'route',
      'status',
    ]),
    apiSeconds: metrics.latency('api_seconds', 'Time from an HTTP request to its answer, s.'),
  };
}
