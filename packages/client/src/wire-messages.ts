/** What goes over the wire, as TypeScript knows it: declared here, so that using this package needs no schema library. */

/** Where somebody is. */
export interface Position {
  /** Degrees north, −90…90. */
  lat: number;
  /** Degrees east, −180…180. */
  lng: number;
  /** Radius of the position's uncertainty, metres. */
  accuracy?: number | undefined;
  /** Direction of travel, degrees clockwise from north. */
  heading?: number | undefined;
  /** Metres per second. */
  speed?: number | undefined;
  /** State of charge as the phone gives it: 0–1 or 0–100. */
  battery?: number | undefined;
}

/** A friend who is near, as a viewer is told. */
export interface NearbyFriend extends Position {
  id: string;
  /** Great-circle metres from the viewer. */
  distance: number;
  /** When the position was received, ms since the epoch by the server's clock. */
  at: number;
  /** `approximate`: a grid point of about 1 km; accuracy, heading and speed are absent. */
  precision: 'exact' | 'approximate';
}

/** The whole list. */
export interface NearbySnapshot {
  radiusMeters: number;
  friends: NearbyFriend[];
}

/** Everything since the last message. `removed` gives no reason. */
export interface NearbyChanges {
  upserts: NearbyFriend[];
  removed: string[];
}

/** A friendship was asked for, made or ended. */
export interface FriendsChanged {
  kind: 'requested' | 'accepted' | 'removed';
  userId: string;
}

/** What a subject lets one viewer see. */
export type Precision = 'exact' | 'approximate' | 'hidden';

/** The codes by which the server tells errors apart. */
export type ServerErrorCode =
  | 'unauthorized'
  | 'token_expired'
  | 'overloaded'
  | 'protocol_version'
  | 'invalid_payload'
  | 'payload_too_large'
  | 'not_found'
  | 'method_not_allowed'
  | 'friend_limit'
  | 'request_limit'
  | 'rate_limited'
  | 'unavailable'
  | 'internal';
