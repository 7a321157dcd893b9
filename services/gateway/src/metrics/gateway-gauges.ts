/** Registers the gauges of a gateway's state. */
import type { Metrics } from '@nearby-friends/service-kit';

const SESSION_STATES = {
  waiting: 'Sessions that have reported no position yet.',
  opening: 'Sessions whose active friends are being read.',
  live: 'Sessions whose client holds a list.',
} as const;

interface Sized {
  readonly size: number;
}

/** What the gauges read: fields and getters of the parts of a gateway, which this folder does not import. */
export interface GaugeSources {
  readonly sessions: Sized & {
    countIn(kind: keyof typeof SESSION_STATES): number;
    countUnconfirmed(generation: number): number;
  };
  readonly channels: Sized;
  readonly inboxes: Sized;
  readonly leases: Sized;
  readonly board: Sized & {
    readonly dropped: Readonly<Record<'unwatched' | 'older' | 'expired' | 'withheld', number>>;
    readonly timedRights: number;
  };
  readonly ledger: { readonly generation: number };
  readonly follower: { readonly isCurrent: boolean; readonly ageMs: number };
  readonly sockets: {
    countConnections(): Iterable<{ labels: Readonly<Record<'transport' | 'path', string>>; value: number }>;
  };
  readonly isFastPathExpected: boolean;
  readonly maxConnections: number;
}

export function registerGauges(metrics: Metrics, sources: GaugeSources): void {
  const { sessions, channels, inboxes, leases, board, ledger, follower, sockets, maxConnections } = sources;
  metrics.gaugeBy(
    'nearby_connections',
    'Open connections, with or without a session, by transport and by path (fast or plain).',
    ['transport', 'path'],
    () => sockets.countConnections(),
  );
  metrics.gauge('nearby_fast_path_expected', '1 when FAST_PATH is on.', () => (sources.isFastPathExpected ? 1 : 0));
  metrics.gauge(
    'nearby_connections_limit',
    'Maximum number of sessions of this replica (MAX_CONNECTIONS).',
    () => maxConnections,
  );
  metrics.gauge('nearby_sessions', 'Connections with a valid token.', () => sessions.size);
  for (const kind of ['waiting', 'opening', 'live'] as const) {
    metrics.gauge(`nearby_sessions_${kind}`, SESSION_STATES[kind], () => sessions.countIn(kind));
  }
  metrics.gauge(
    'nearby_sessions_unconfirmed',
    'Live sessions that receive nothing until their rights have been re-read.',
    () => sessions.countUnconfirmed(ledger.generation),
  );
  metrics.gauge('nearby_friend_subscriptions', 'Subscriptions to friends’ channels.', () => channels.size);
  metrics.gauge('nearby_inbox_subscriptions', 'Subscriptions to viewers’ inboxes.', () => inboxes.size);
  metrics.gauge('nearby_viewing_sessions', 'Connections at which a person looks.', () => leases.size);
  metrics.gauge('nearby_watched_subjects', 'Friends whose positions are held.', () => board.size);
  metrics.countedBy(
    'nearby_positions_dropped_total',
    'Positions of friends that were ignored, by reason: not newer than the known one, over the TTL, or of a friend ' +
      'without a viewer here.',
    'reason',
    () => board.dropped,
  );
  metrics.gauge('nearby_expiring_rights', 'Grants and pauses with an end time.', () => board.timedRights);
  metrics.gauge('nearby_rights_age_seconds', 'Time since the last proof that all graph events are applied.', () =>
    Math.max(0, follower.ageMs / 1000),
  );
  metrics.gauge(
    'nearby_rights_fenced',
    '1 while nothing is delivered because a revocation may have been missed.',
    () => (follower.isCurrent ? 0 : 1),
  );
}
