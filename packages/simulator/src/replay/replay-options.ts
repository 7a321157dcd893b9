/** The options of a replay, and its progress while it runs. */
import type { NearbyFriend, UserId } from '@nearby-friends/protocol';
import type { TransportChoice } from '../client/simulated-client.ts';
import type { Friendships } from '../dataset/friendships.ts';
import type { Movement, TimeWindow } from '../dataset/movements.ts';
import type { Disturbance } from './disturbances.ts';

export interface ReplayOptions {
  /** Must already exist in the deployment. All users named here sign in, even those who never move. */
  readonly friendships: Friendships;
  /** Sorted by time. */
  readonly movements: readonly Movement[];
  readonly window: TimeWindow;
  /** Dataset seconds per wall second. */
  readonly speed: number;
  /** The deployment's public address, without a path. */
  readonly url: string;
  /** How long the deployment takes a position for current, ms of wall time. */
  readonly deploymentTtlMs: number;
  /** Metres. Given: every client sets it, and it stays in the users' profiles. Else the protocol's default is expected. */
  readonly radiusMeters?: number;
  /** `websocket` unless given. */
  readonly transport?: TransportChoice;
  /** Compare also this often during the replay, evenly spread; 0 unless given. The end is always compared. */
  readonly checkpoints?: number;
  /** Disturbances, each begun once when that share of the window has been played. */
  readonly atFraction?: readonly Disturbance[];
  /** Called a few times a second. */
  readonly onProgress?: (progress: ReplayProgress) => void;
  /** Ends the replay early: it rejects with the signal's reason, all clients closed. */
  readonly signal?: AbortSignal;
}

export interface ReplayProgress {
  /** “signing in”, “playing”, “comparing 50 %”. */
  readonly phase: string;
  /** Of the window, 0–1. */
  readonly fraction: number;
  /** Dataset time, ms since the epoch. */
  readonly datasetMs: number;
  readonly movementsPlayed: number;
  readonly clientsOnline: number;
  /** What the best-connected viewers who move see now. */
  readonly watched: readonly WatchedViewer[];
}

export interface WatchedViewer {
  readonly viewer: UserId;
  readonly friends: number;
  /** Nearest first; undefined before the first list. */
  readonly shown: readonly NearbyFriend[] | undefined;
}
