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
}

const BATCH_BUCKETS = [1, 2, 4, 8, 16, 32, 64, 128, 256];

export function createFriendGraphMetrics(metrics: Metrics): FriendGraphMetrics {
  return {
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
