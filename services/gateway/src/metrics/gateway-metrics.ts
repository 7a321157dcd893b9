/** The counters and histograms of the gateway. */
import type { Counter, Histogram, Metrics } from '@nearby-friends/service-kit';

export interface GatewayMetrics {
  readonly refused: Counter<'code'>;
  readonly received: Counter<'event'>;
  readonly rejected: Counter<'code'>;
  readonly updatesConflated: Counter;
  readonly closedForAbuse: Counter<'reason'>;
  readonly replaced: Counter;
  readonly snapshots: Counter;
  readonly frames: Counter;
  readonly deliveries: Counter;
  readonly conflated: Counter;
  readonly flushesPostponed: Counter;
  readonly signOnSeconds: Histogram;
  readonly openingRetries: Counter;
  readonly deliveryLatency: Histogram;
  readonly positionsReceived: Counter;
  readonly malformedMessages: Counter;
  readonly rightsApplied: Counter<'kind'>;
  readonly rightsIgnored: Counter<'kind'>;
  readonly rightsMissed: Counter;
  readonly flushesFenced: Counter;
  readonly postRevocationDeliveries: Counter;
  readonly implausibleMovements: Counter;
  readonly viewedSubjects: Counter;
  readonly pacesSet: Counter;
}

/** Close together around the flush interval, most of the latency, since quantiles are interpolated between buckets. */
const DELIVERY_BUCKETS_SECONDS = [
  0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1, 1.2, 1.4, 1.6, 2, 2.5, 5, 10,
];

export function createGatewayMetrics(metrics: Metrics): GatewayMetrics {
  return {
    refused: metrics.counter(
      'nearby_connections_refused_total',
      'Connections refused at the handshake, by code; origin: by pages of other sites.',
      ['code'],
    ),
    received: metrics.counter('nearby_events_received_total', 'Events from clients, by name.', ['event']),
    rejected: metrics.counter('nearby_events_rejected_total', 'Events from clients that were rejected, by code.', [
      'code',
    ]),
    updatesConflated: metrics.counter(
      'nearby_position_updates_conflated_total',
      'Position updates of clients replaced by newer ones of the same burst before they were handled.',
    ),
    closedForAbuse: metrics.counter(
      'nearby_connections_closed_for_abuse_total',
      'Connections closed, by reason: over the budget of packets or bytes, answers unread, too many rejected events.',
      ['reason'],
    ),
    replaced: metrics.counter(
      'nearby_connections_replaced_total',
      'Connections closed because their user opened more than MAX_CONNECTIONS_PER_USER.',
    ),
    snapshots: metrics.counter('nearby_snapshots_sent_total', 'Snapshots sent.'),
    frames: metrics.counter('nearby_changes_sent_total', 'Change messages sent.'),
    deliveries: metrics.counter('nearby_positions_delivered_total', 'Positions of friends sent to viewers.'),
    conflated: metrics.counter(
      'nearby_positions_conflated_total',
      'Positions of friends replaced by newer ones before they were sent.',
    ),
    flushesPostponed: metrics.counter(
      'nearby_flushes_postponed_total',
      'Flushes postponed because the client did not read (backpressure).',
    ),
    openingRetries: metrics.counter(
      'nearby_session_opening_retries_total',
      'Failed attempts to open a session, each of them retried.',
    ),
    signOnSeconds: metrics.latency(
      'nearby_sign_on_seconds',
      "From a connection's first position to its first list, s.",
    ),
    deliveryLatency: metrics.histogram(
      'nearby_delivery_latency_seconds',
      'From the time of a position (at) to the message that carries it to a viewer, s; the oldest of each message.',
      DELIVERY_BUCKETS_SECONDS,
    ),
    positionsReceived: metrics.counter(
      'nearby_friend_positions_received_total',
      'Positions received over friends’ channels.',
    ),
    malformedMessages: metrics.counter('nearby_malformed_messages_total', 'Bus messages that could not be decoded.'),
    rightsApplied: metrics.counter('nearby_graph_events_applied_total', 'Graph events applied, by kind.', ['kind']),
    rightsIgnored: metrics.counter(
      'nearby_graph_events_ignored_total',
      'Graph events that were known already or superseded, by kind.',
      ['kind'],
    ),
    rightsMissed: metrics.counter(
      'nearby_rights_rebuilds_total',
      'How often all rights were re-read because events may have been missed.',
    ),
    flushesFenced: metrics.counter(
      'nearby_flushes_fenced_total',
      'Flushes postponed while a revocation may have been missed.',
    ),
    postRevocationDeliveries: metrics.counter(
      'nearby_post_revocation_deliveries_total',
      'Positions blocked by the authorization check at send. Must stay 0.',
    ),
    implausibleMovements: metrics.counter(
      'nearby_implausible_movements_total',
      'Movements of viewers with implausible speed.',
    ),
    viewedSubjects: metrics.counter(
      'nearby_fast_reports_asked_total',
      'How often friends were asked for fast reports, since a viewer looks at them.',
    ),
    pacesSet: metrics.counter('nearby_paces_set_total', 'How often a device was told to report fast for a minute.'),
  };
}
