/** The typed maps of all events, for Socket.IO's `Server` and `Socket`. */
import type { CONNECTION_CLOSING, ConnectionClosing } from './connection-closing.ts';
import type { DEVICE_SHARE, DeviceShareAck } from './device-share.ts';
import type { DEVICE_SHARED, DeviceShared } from './device-shared.ts';
import type { FRIENDS_CHANGED, FriendsChanged } from './friends-changed.ts';
import type { LOCATION_UPDATE, LocationUpdateAck } from './location-update.ts';
import type { NEARBY_CHANGES, NearbyChanges } from './nearby-changes.ts';
import type { NEARBY_SNAPSHOT, NearbySnapshot } from './nearby-snapshot.ts';
import type { PACE_SET, PaceSet } from './pace-set.ts';
import type { RADIUS_SET, RadiusSetAck } from './radius-set.ts';
import type { SERVER_CLOCK, ServerClockMessage } from './server-clock.ts';
import type { SERVER_DRAINING, ServerDraining } from './server-draining.ts';
import type { SHARING_CHANGED, SharingChanged } from './sharing-changed.ts';
import type { TOKEN_REFRESH, TokenRefreshAck } from './token-refresh.ts';
import type { VIEWERS_CHANGED, ViewersChanged } from './viewers-changed.ts';
import type { VIEWING_SET, ViewingSetAck } from './viewing-set.ts';

/** Payloads are `unknown`: the server parses them before it trusts them. */
export interface ClientToServerEvents {
  [LOCATION_UPDATE]: (payload: unknown, ack?: (response: LocationUpdateAck) => void) => void;
  [DEVICE_SHARE]: (payload: unknown, ack?: (response: DeviceShareAck) => void) => void;
  [RADIUS_SET]: (payload: unknown, ack?: (response: RadiusSetAck) => void) => void;
  [TOKEN_REFRESH]: (payload: unknown, ack?: (response: TokenRefreshAck) => void) => void;
  [VIEWING_SET]: (payload: unknown, ack?: (response: ViewingSetAck) => void) => void;
}

export interface ServerToClientEvents {
  [NEARBY_SNAPSHOT]: (message: NearbySnapshot) => void;
  [NEARBY_CHANGES]: (message: NearbyChanges) => void;
  [FRIENDS_CHANGED]: (message: FriendsChanged) => void;
  [SHARING_CHANGED]: (message: SharingChanged) => void;
  [VIEWERS_CHANGED]: (message: ViewersChanged) => void;
  [PACE_SET]: (message: PaceSet) => void;
  [SERVER_CLOCK]: (message: ServerClockMessage) => void;
  [DEVICE_SHARED]: (message: DeviceShared) => void;
  [SERVER_DRAINING]: (message: ServerDraining) => void;
  [CONNECTION_CLOSING]: (message: ConnectionClosing) => void;
}
