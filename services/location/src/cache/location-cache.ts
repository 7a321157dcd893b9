/** The port to the last known positions. */
import type { ReceivedPosition, RecordOutcome, UserId } from '@nearby-friends/protocol';

/** What became of one position, and what is known of its user's activity. */
export interface Recorded {
  readonly outcome: RecordOutcome;
  /** The time under which it is kept, ms on Redis' clock. */
  readonly at: number;
  /** When this activity of the user began, ms: it tells one activity from the next. */
  readonly activeSince: number;
  /** Whether friend-graph has acknowledged that activity. */
  readonly isAnnounced: boolean;
}

/**
 * Guarantees: per user, a position never replaces a newer one (L3); what is kept is published in the same step (L4),
 * at most once per listener; an entry is gone a TTL after its time (L2). Each position is a step of its own: others
 * of its batch may be taken while it is not, and be seen before it is. No order between users.
 */
export interface LocationCache {
  /**
   * Takes the positions in their order, also those of one user, and answers in it. Never rejects: what the cache did
   * not take is `failed`, and costs nobody else. Sends nothing twice.
   */
  recordBatch(batch: readonly ReceivedPosition[]): Promise<readonly Recorded[]>;
  /** Remembers that the activity begun at `activeSince` was announced; another activity is left alone. */
  markAnnounced(user: UserId, activeSince: number): Promise<void>;
  /** The entries of those who have one, in no order. Rejects when the cache does not answer. */
  readActive(users: readonly UserId[]): Promise<{ user: UserId; entry: Buffer }[]>;
  /** Deletes the entries of users who are erased; who has none is no failure. Rejects when the cache does not answer. */
  forget(users: readonly UserId[]): Promise<void>;
  /** Rejects with the reason when entries cannot be written now. */
  proveWritable(): Promise<void>;
}
