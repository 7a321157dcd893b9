/** The typed maps of all events, as Socket.IO's `Server` and `Socket` take them. */
import type { FRIENDS_CHANGED, FriendsChanged } from './friends-changed.ts';
import type { LOCATION_UPDATE, LocationUpdateAck } from './location-update.ts';
import type { NEARBY_CHANGES, NearbyChanges } from './nearby-changes.ts';
import type { NEARBY_SNAPSHOT, NearbySnapshot } from './nearby-snapshot.ts';
import type { RADIUS_SET, RadiusSetAck } from './radius-set.ts';
import type { SERVER_DRAINING, ServerDraining } from './server-draining.ts';
import type { TOKEN_REFRESH, TokenRefreshAck } from './token-refresh.ts';

/** Payloads are `unknown`: whatever a client sends is parsed before it is believed. */
export interface ClientToServerEvents {
  [LOCATION_UPDATE]: (payload: unknown, ack?: (answer: LocationUpdateAck) => void) => void;
  [RADIUS_SET]: (payload: unknown, ack?: (answer: RadiusSetAck) => void) => void;
  [TOKEN_REFRESH]: (payload: unknown, ack?: (answer: TokenRefreshAck) => void) => void;
}

export interface ServerToClientEvents {
  [NEARBY_SNAPSHOT]: (message: NearbySnapshot) => void;
  [NEARBY_CHANGES]: (message: NearbyChanges) => void;
  [FRIENDS_CHANGED]: (message: FriendsChanged) => void;
  [SERVER_DRAINING]: (message: ServerDraining) => void;
}
