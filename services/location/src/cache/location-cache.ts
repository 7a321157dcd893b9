/** The port to the last known positions. */
import type { ReceivedPosition, RecordOutcome, ReleasedDevice, UserId } from '@nearby-friends/protocol';

/** The outcome of recording a position, and the user's activity. */
export interface Recorded {
  readonly outcome: RecordOutcome;
  /** The stored time, ms on Redis' clock. */
  readonly at: number;
  /** When this activity of the user began, ms. Identifies the activity. */
  readonly activeSince: number;
  /** Whether friend-graph has acknowledged this activity. */
  readonly isAnnounced: boolean;
}

/**
 * Guarantees: per user, a position never replaces a newer one (L3), as long as Redis' clock is not set back; after that, an
 * entry from the future counts for nothing. A stored position is published in the same step (L4),
 * at most once per subscriber. An entry expires one TTL after its time, or one lifetime if its body has one (L2). Each position
 * of a batch is a separate step: it may fail while others succeed, and others may be visible before it. No order between users.
 */
export interface LocationCache {
  /**
   * Records the positions in order, also several of one user; outcomes are in the same order. Never rejects: a position
   * that the cache did not accept is `failed`, and does not affect others. Does not retry.
   */
  recordBatch(batch: readonly ReceivedPosition[]): Promise<readonly Recorded[]>;
  /** Marks the activity that began at `activeSince` as announced; no effect on another activity. */
  markAnnounced(user: UserId, activeSince: number): Promise<void>;
  /** The existing entries, in no order. Rejects with `unavailable` while the cache is. */
  readActive(users: readonly UserId[]): Promise<{ user: UserId; entry: Buffer }[]>;
  /**
   * Deletes the entries of erased users; a missing entry is no error. Positions of these users with an earlier time, which
   * may still be on their way, are `expired` from now on. Rejects with `unavailable` while the cache is.
   */
  forget(users: readonly UserId[]): Promise<void>;
  /**
   * The user has ended sharing: deletes the entry unless it is of after `before` (ms on Redis' clock), and for a minute takes
   * no position of before that. Returns whether there was such an entry. Rejects with `unavailable` while the cache is.
   */
  stop(user: UserId, before: number): Promise<boolean>;
  /** These devices share no more, unless they have reported since. Rejects with `unavailable` while the cache is. */
  release(devices: readonly ReleasedDevice[]): Promise<void>;
  /** Rejects with the reason when entries cannot be written now. */
  checkWritable(): Promise<void>;
}
