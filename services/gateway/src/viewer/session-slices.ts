/** The parts of a session, each written by one module. */
import type { UserId } from '@nearby-friends/protocol';
import type { Watch } from './watch.ts';

/** Written by `pending-watches.ts`. */
export interface PendingSlice {
  /** The first of the watches that may have a change to send. */
  firstPending: Watch | null;
}

/** Written by the flush schedule. */
export interface FlushSlice {
  /** The tick at which the session is due; null while nothing is pending. */
  dueTick: number | null;
  lastFlushTick: number;
}

/** Written by nearby delivery and its composer. */
export interface ListSlice {
  /** Friends on the client's list who are not watched any more. A friend who is watched again is taken out. */
  departed: Set<UserId> | null;
  /** The next flush sends a snapshot. */
  needsSnapshot: boolean;
}

/** Written by the movement check. */
export interface ThrottleSlice {
  /** Lists are sent rarely until then (ms on the process clock), since the viewer's speed is implausible. */
  throttledUntil: number;
}

/** Written by the session opener. */
export interface RightsSlice {
  /** The ledger's generation in which the rights were read; null before the first time. */
  confirmedIn: number | null;
}
