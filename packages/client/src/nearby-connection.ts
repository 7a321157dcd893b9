/** The live connection as the app uses it. */
import type { Api } from './api/api.ts';
import type { NearbyError } from './nearby-error.ts';
import type { Observable } from './observable.ts';
import type { FriendsChanged, NearbyFriend, Position } from './wire-messages.ts';

/**
 * connecting → online ⇄ reconnecting, and closed from every state. `closed` is final; `connect` opens a new one.
 */
export type ConnectionStatus =
  | {
      readonly kind: 'connecting';
      /** The number of failed attempts. */
      readonly failures: number;
      /** Why the last attempt failed. */
      readonly error?: NearbyError;
    }
  | { readonly kind: 'online' }
  | {
      readonly kind: 'reconnecting';
      /** The number of failed attempts since the connection was lost. */
      readonly failures: number;
      /** Why the last attempt failed or the connection was lost. Absent when the server is draining. */
      readonly error?: NearbyError;
    }
  | {
      readonly kind: 'closed';
      /** Why the connection was closed. Absent after `close()`. */
      readonly error?: NearbyError;
    };

/** A position that the app reports. */
export interface PositionReport extends Position {
  /**
   * When the position was taken, ms since the epoch, for example `GeolocationPosition.timestamp`. Default: now. The server
   * stamps the position with it and refuses one that is 10 minutes old.
   */
  at?: number | undefined;
}

/** How the messages of a connection travel. */
export type TransportName = 'websocket' | 'polling';

/** When to report the device's position. */
export interface WatchOptions {
  /** Maximum interval between reports. Default: 30 s. Must stay below the 10 minutes after which a position expires. */
  readonly intervalMs?: number;
  /** Reports at once after this distance, or after the position's accuracy if that is larger. Default: 50 m. */
  readonly distanceMeters?: number;
  /** The same limits while the page is hidden. Default: 120 s and 200 m. */
  readonly hiddenIntervalMs?: number;
  readonly hiddenDistanceMeters?: number;
  /**
   * Whether to report every 3 s while a friend looks at this user, which takes more battery. Friends cannot tell whether it is
   * off. Default: true.
   */
  readonly fastReports?: boolean;
  /**
   * Called when the device has no position and when the server refuses one. The watch continues, and asks the device again
   * after a moment; after `geolocation_denied` only when the page is visible again.
   */
  readonly onError?: (error: NearbyError) => void;
  /** Called with every position of the device, including those that are not sent. */
  readonly onPosition?: (position: PositionReport) => void;
}

/** Reports positions until it is stopped or the connection is closed. */
export interface PositionWatch {
  /** The last reported position is then not sent again after a reconnect. */
  stop(): void;
}

/** A live connection, created by `connect`. */
export interface NearbyConnection {
  /**
   * The friends who are near, nearest first. A new array at every change.
   * Distances are measured from the last position that the server accepted, and updated as soon as it accepts another.
   * A friend is removed when its position is 10 minutes old by the server's clock, or `staysVisibleSeconds` if it has that, also
   * while offline.
   */
  readonly nearby: Observable<readonly NearbyFriend[]>;
  readonly status: Observable<ConnectionStatus>;
  /** The radius of "near". Undefined until the server has sent it. */
  readonly radiusMeters: Observable<number | undefined>;
  /**
   * How the messages travel. `polling`: long-polling, because the WebSocket could not be opened; it is slower, and costs
   * more battery. Undefined while not connected.
   */
  readonly transport: Observable<TransportName | undefined>;
  /**
   * The server's clock, ms since the epoch. Known within half a round trip from the first connection on; before that it is
   * the device's. Compute ages of positions and ends of grants and pauses (`until`) with it.
   */
  serverNow(): number;
  /**
   * Reports the user's position. Resolves with the server's timestamp once it has accepted this position or a newer
   * one. While offline or while another report is pending, only the newest position is kept. After a reconnect the last
   * position is sent again with its time, unless it is 10 minutes old. A longitude beyond ±180 is normalised.
   * Rejects with a `NearbyError` if the position is refused or the connection is closed first.
   */
  updateLocation(position: PositionReport): Promise<{ at: number; shared: boolean }>;
  /**
   * Whether friends see the positions of this device. False while another device of the user shares: then a report moves this
   * device's own list only. Undefined while not connected, since another device may take over meanwhile, and until the server has
   * accepted a position.
   */
  readonly isSharing: Observable<boolean | undefined>;
  /**
   * From now on this device shares, in place of the user's other devices, which are told. Report a new position afterwards:
   * friends see the other device's last one until then, if it is newer. Rejects with a `NearbyError`.
   */
  shareFromThisDevice(): Promise<void>;
  /**
   * Says whether a person looks at the list: `true` while the app is visible, `false` when it is hidden. The friends near whom the
   * user sees exactly then report every 3 s instead of every 30 s, for ten minutes an hour at most. Repeated to the server, also
   * after a reconnect, until it is `false`.
   */
  setViewing(isViewing: boolean): void;
  /**
   * The time between two reports that the server asks for while a friend looks, ms; undefined at other times. `watchPosition` follows
   * it; an app that reports by itself may.
   */
  readonly requestedIntervalMs: Observable<number | undefined>;
  /** Reports the device's position until stopped. */
  watchPosition(options?: WatchOptions): PositionWatch;
  /** Sets the radius in metres, 100–100,000, on all devices of the user. Resolves once the server has accepted it. */
  setRadius(meters: number): Promise<void>;
  /**
   * Calls `listener` when a friendship is requested, accepted or ended, and when a friend or the user, on any device, has
   * changed the display name: read the lists again. Returns a function that unsubscribes it.
   */
  onFriendsChanged(listener: (change: FriendsChanged) => void): () => void;
  /**
   * Calls `listener` when the user has paused or resumed, on any device, or when that has ended by itself: read
   * `api.sharing.get()` again. Returns a function that unsubscribes it.
   */
  onSharingChanged(listener: () => void): () => void;
  /**
   * Calls `listener` when what a viewer may see has changed, on any device, or has ended by itself: read `api.viewers`
   * again. Returns a function that unsubscribes it.
   */
  onViewersChanged(listener: () => void): () => void;
  readonly api: Api;
  /** Closes the connection for good. Pending promises reject with `closed`. */
  close(): void;
}
