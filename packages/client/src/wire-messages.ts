/** The types of the wire protocol, declared here so that the package needs no schema library. */

/** A position on the earth. */
export interface Position {
  /** Latitude in degrees north, −90…90. */
  lat: number;
  /** Longitude in degrees east, −180…180. */
  lng: number;
  /** Radius of the position's uncertainty, metres. */
  accuracy?: number | undefined;
  /** Direction of travel, degrees clockwise from north. */
  heading?: number | undefined;
  /** Metres per second. */
  speed?: number | undefined;
  /** State of charge as reported by the phone: 0–1 or 0–100. */
  battery?: number | undefined;
}

/** A friend who is near, as sent to a viewer. */
export interface NearbyFriend extends Position {
  id: string;
  /** Great-circle metres from the viewer. */
  distance: number;
  /** When the position was received, ms since the epoch by the server's clock. */
  at: number;
  /** `approximate`: a grid point of about 1 km; accuracy, heading and speed are absent. */
  precision: 'exact' | 'approximate';
  /**
   * The friend is removed when its position is this old, seconds, if its device reports rarely and has asked for more than the
   * server's 10 minutes.
   */
  staysVisibleSeconds?: number | undefined;
}

/** The whole list. */
export interface NearbySnapshot {
  radiusMeters: number;
  friends: NearbyFriend[];
}

/** All changes since the previous message. `removed` contains ids without a reason. */
export interface NearbyChanges {
  upserts: NearbyFriend[];
  removed: string[];
}

/** A friendship was requested, accepted or ended, or a display name has changed: a friend's, or the user's own. */
export interface FriendsChanged {
  kind: 'requested' | 'accepted' | 'removed' | 'renamed';
  userId: string;
}

/** How precisely a viewer sees a subject. */
export type Precision = 'exact' | 'approximate' | 'hidden';

/** The error codes of the server. */
export type ServerErrorCode =
  | 'unauthorized'
  | 'token_expired'
  | 'too_many_connections'
  | 'token_not_yet_valid'
  | 'account_erased'
  | 'overloaded'
  | 'protocol_version'
  | 'invalid_payload'
  | 'stale_position'
  | 'payload_too_large'
  | 'not_found'
  | 'push_off'
  | 'method_not_allowed'
  | 'friend_limit'
  | 'request_limit'
  | 'device_limit'
  | 'invite_limit'
  | 'invite_unusable'
  | 'rate_limited'
  | 'unavailable'
  | 'internal';
