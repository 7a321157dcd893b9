/** What an operator sees of a gateway's state. */
import type { FencedStreamFollower } from '@nearby-friends/bus';
import type { Metrics } from '@nearby-friends/service-kit';
import type { SocketServer } from '../connections/socket-server.ts';
import type { FriendBoard } from '../friends/friend-board.ts';
import type { FriendChannels } from '../friends/friend-channels.ts';
import type { Inboxes } from '../friends/inboxes.ts';
import type { RightsLedger } from '../rights/rights-ledger.ts';
import type { Sessions } from '../sessions/sessions.ts';

export function registerGauges(
  metrics: Metrics,
  parts: {
    sessions: Sessions;
    channels: FriendChannels;
    inboxes: Inboxes;
    board: FriendBoard;
    ledger: RightsLedger;
    follower: Pick<FencedStreamFollower, 'isCurrent' | 'ageMs'>;
    sockets: Pick<SocketServer, 'connectionsByTransport'>;
    maxConnections: number;
  },
): void {
  const { sessions, channels, inboxes, board, ledger, follower, sockets, maxConnections } = parts;
  metrics.gaugeBy('nearby_connections', 'Open connections, with a session or without, by transport.', 'transport', () =>
    sockets.connectionsByTransport(),
  );
  metrics.gauge('nearby_connections_limit', 'Sessions this replica takes (MAX_CONNECTIONS).', () => maxConnections);
  metrics.gauge('nearby_sessions', 'Connections with a valid token.', () => sessions.size);
  const states = {
    waiting: 'Sessions that have reported no position yet.',
    opening: 'Sessions whose friends are being found.',
    live: 'Sessions whose client holds a list.',
  } as const;
  for (const kind of ['waiting', 'opening', 'live'] as const) {
    metrics.gauge(`nearby_sessions_${kind}`, states[kind], () => sessions.countIn(kind));
  }
  metrics.gauge(
    'nearby_sessions_unconfirmed',
    'Live sessions that are told nothing until their rights are read anew.',
    () => sessions.countUnconfirmed(ledger.generation),
  );
  metrics.gauge('nearby_friend_subscriptions', 'Subscriptions to friends’ channels.', () => channels.size);
  metrics.gauge('nearby_inbox_subscriptions', 'Subscriptions to viewers’ inboxes.', () => inboxes.size);
  metrics.gauge('nearby_watched_subjects', 'Friends whose positions are held.', () => board.size);
  metrics.countedBy(
    'nearby_positions_dropped_total',
    'Positions of friends that were not taken, by reason: older than the known one (a repetition too), over the TTL, ' +
      'of nobody who is watched here.',
    'reason',
    () => board.dropped,
  );
  metrics.gauge('nearby_expiring_rights', 'Grants and pauses that will end by themselves.', () => board.timedRights);
  metrics.gauge('nearby_rights_age_seconds', 'Since the last proof that all changes of rights are known.', () =>
    Math.max(0, follower.ageMs / 1000),
  );
  metrics.gauge('nearby_rights_fenced', '1 while nothing is delivered, since rights may have changed unheard.', () =>
    follower.isCurrent ? 0 : 1,
  );
}
