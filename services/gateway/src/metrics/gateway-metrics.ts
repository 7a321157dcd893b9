/** What the gateway counts. */
import type { Counter, Histogram, Metrics } from '@nearby-friends/service-kit';

export interface GatewayMetrics {
  readonly refused: Counter<'code'>;
  readonly received: Counter<'event'>;
  readonly rejected: Counter<'code'>;
  readonly closedForAbuse: Counter;
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
}

/** Close together around the flush interval, which most of the latency is: quantiles are interpolated between them. */
const DELIVERY_BUCKETS_SECONDS = [
  0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1, 1.2, 1.4, 1.6, 2, 2.5, 5, 10,
];

export function createGatewayMetrics(metrics: Metrics): GatewayMetrics {
  return {
    refused: metrics.counter('nearby_connections_refused_total', 'Connections refused at the handshake, by code.', [
      'code',
    ]),
    received: metrics.counter('nearby_events_received_total', 'Events from clients, by name.', ['event']),
    rejected: metrics.counter('nearby_events_rejected_total', 'Events from clients that were refused, by code.', [
      'code',
    ]),
    closedForAbuse: metrics.counter(
      'nearby_connections_closed_for_abuse_total',
      'Connections closed for sending too much.',
    ),
    snapshots: metrics.counter('nearby_snapshots_sent_total', 'Whole lists sent.'),
    frames: metrics.counter('nearby_changes_sent_total', 'Messages with changes sent.'),
    deliveries: metrics.counter('nearby_positions_delivered_total', 'Positions of friends sent to viewers.'),
    conflated: metrics.counter(
      'nearby_positions_conflated_total',
      'Positions that were overtaken by newer ones before sending.',
    ),
    flushesPostponed: metrics.counter(
      'nearby_flushes_postponed_total',
      'Flushes put off because the client was not reading.',
    ),
    openingRetries: metrics.counter(
      'nearby_session_opening_retries_total',
      'Openings of a list that had to be tried again.',
    ),
    signOnSeconds: metrics.latency('nearby_sign_on_seconds', "From a connection's first position to its list, s."),
    deliveryLatency: metrics.histogram(
      'nearby_delivery_latency_seconds',
      'From the time of a position (at) to the message that tells a viewer of it, s; the oldest of each message.',
      DELIVERY_BUCKETS_SECONDS,
    ),
    positionsReceived: metrics.counter(
      'nearby_friend_positions_received_total',
      'Positions received over friends’ channels.',
    ),
    malformedMessages: metrics.counter(
      'nearby_malformed_messages_total',
      'Messages on the bus that could not be read.',
    ),
    rightsApplied: metrics.counter('nearby_graph_events_applied_total', 'Changes of who may see whom, by kind.', [
      'kind',
    ]),
    rightsIgnored: metrics.counter('nearby_graph_events_ignored_total', 'Such changes that were known or overtaken.', [
      'kind',
    ]),
    rightsMissed: metrics.counter('nearby_rights_rebuilds_total', 'Times that all rights had to be read anew.'),
    flushesFenced: metrics.counter(
      'nearby_flushes_fenced_total',
      'Flushes put off because rights may have changed unheard.',
    ),
    postRevocationDeliveries: metrics.counter(
      'nearby_post_revocation_deliveries_total',
      'Positions stopped at the last moment because a right had ended. Must stay 0.',
    ),
    implausibleMovements: metrics.counter(
      'nearby_implausible_movements_total',
      'Viewers’ movements too fast to be true.',
    ),
  };
}
