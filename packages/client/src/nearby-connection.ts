/** What an app holds while it is connected: who is near, and the ways to say where one is. */
import type { Api } from './api/api.ts';
import type { NearbyError } from './nearby-error.ts';
import type { Observable } from './observable.ts';
import type { FriendsChanged, NearbyFriend, Position } from './wire-messages.ts';

/**
 * connecting → online ⇄ reconnecting, and closed from anywhere. `closed` is the end: for whoever wants to come back
 * after that there is `connect`.
 */
export type ConnectionStatus =
  | {
      readonly kind: 'connecting';
      /** How often it was tried and failed. */
      readonly failures: number;
      /** Why the last attempt failed. */
      readonly error?: NearbyError;
    }
  | { readonly kind: 'online' }
  | {
      readonly kind: 'reconnecting';
      /** How often it was tried and failed since the connection was lost. */
      readonly failures: number;
      /** Why the last attempt failed, or the connection was lost; absent when the server is sending its clients elsewhere. */
      readonly error?: NearbyError;
    }
  | {
      readonly kind: 'closed';
      /** Why it ended for good; absent after `close()`. */
      readonly error?: NearbyError;
    };

/** How often to report the device's position. */
export interface WatchOptions {
  /** Default: at least every 30 s, also without a new position: whoever says nothing for 10 minutes drops out. */
  readonly intervalMs?: number;
  /** Default: after 50 m, or after what the position's accuracy leaves open if that is more. */
  readonly distanceMeters?: number;
  /** The same while the page is hidden. Default: every 120 s or 200 m. */
  readonly hiddenIntervalMs?: number;
  readonly hiddenDistanceMeters?: number;
  /** Told when no position is to be had, and when one is refused; the watch goes on where that makes sense. */
  readonly onError?: (error: NearbyError) => void;
  /** Told every position that the device gives, also those that are not sent. */
  readonly onPosition?: (position: Position) => void;
}

/** A watch that goes on until it is stopped, or the connection closed. */
export interface PositionWatch {
  stop(): void;
}

/** A live connection, as `connect` makes it. */
export interface NearbyConnection {
  /**
   * The friends who are near, nearest first. Another array at every change, the same as long as nothing changes.
   * Distances are from the position that the server took last, and follow in the moment in which it takes another.
   * Friends who have not reported for 10 minutes by the server's clock drop out by themselves, also while offline.
   */
  readonly nearby: Observable<readonly NearbyFriend[]>;
  readonly status: Observable<ConnectionStatus>;
  /** How far "near" reaches, as far as the server has said. */
  readonly radiusMeters: Observable<number | undefined>;
  /**
   * Says where I am. Resolves with the time the server gave the position, once it has taken this one or a newer one:
   * only the newest is kept while offline or under way. Sent again after every reconnect, unless it is 10 minutes old.
   * Rejects with a `NearbyError` when the position is refused, and when the connection is closed before.
   */
  updateLocation(position: Position): Promise<{ at: number }>;
  /** Says where I am for as long as the device knows it and it is not stopped. */
  watchPosition(options?: WatchOptions): PositionWatch;
  /** Metres, 100–100,000. Kept in the profile: it holds on every device. Resolves once the server has taken it. */
  setRadius(meters: number): Promise<void>;
  /** Calls `listener` when a friendship is asked for, made or ended, on whichever device. Returns the way to end that. */
  onFriendsChanged(listener: (change: FriendsChanged) => void): () => void;
  readonly api: Api;
  /** Ends everything. What waits for an answer rejects with `closed`. */
  close(): void;
}
