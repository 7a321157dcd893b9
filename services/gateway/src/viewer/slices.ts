/** Parts of sessions, watches and subjects, each written by one module. */
import type { Place } from '@nearby-friends/geo';
import type { HeldGrant, PositionRecord, UserId } from '@nearby-friends/protocol';

/** Of a session. Written by the flush schedule. */
export interface FlushSlice {
  /** The tick at which the session is due; null while nothing is pending. */
  dueTick: number | null;
  lastFlushTick: number;
}

/** Of a session. Written by nearby delivery and its composer. */
export interface ListSlice {
  /** Friends on the client's list who are not watched any more. A friend who is watched again is taken out. */
  departed: Set<UserId> | null;
  /** The next flush sends a snapshot. */
  needsSnapshot: boolean;
}

/** Of a session. Written by the movement check. */
export interface ThrottleSlice {
  /** Lists are sent rarely until then (ms on the process clock), since the viewer's speed is implausible. */
  throttledUntil: number;
}

/** Of a session. Written by the session opener. */
export interface RightsSlice {
  /** The ledger's generation in which the rights were read; null before the first time. */
  confirmedIn: number | null;
}

/** Of a session: whether its device is the one that shares the user's position. Written by the position receiver. */
export interface SharingSlice {
  /** As of the last report; null before it. */
  isSharing: boolean | null;
  /** The device takes sharing over with its next report. */
  claimsSharing: boolean;
  /** The time of its last stored position, ms; 0 before it. */
  sharedAt: number;
  /** The user has ended sharing as of this time, ms on Redis' clock; 0: never. Written by the rights applier. */
  stoppedAt: number;
}

/** Of a watch. Written by the friend board. */
export interface GrantSlice {
  grant: HeldGrant;
  /** Of the grant. */
  version: number;
}

/** Below every distance. */
export const NEVER_SENT = -1;

/** Of a watch: what the client was last sent. Written by nearby delivery and its composer. */
export interface SentSlice {
  /** The client's list holds this friend. */
  isSent: boolean;
  /** The subject's version in the form that was sent, see `versionFor`; 0 before the first time. */
  lastSentVersion: number;
  /** Whole centimetres; {@link NEVER_SENT} when none was sent under the current grant. */
  lastSentCentimetres: number;
}

/** Of a subject. Written by `subject.ts`. */
export interface PositionSlice {
  /** Null while unknown: not read yet, or expired. */
  latest: PositionRecord | null;
  /** The fix before, if `latest` is much worse: it decides instead whose list the friend is on. Null otherwise. */
  anchor: PositionRecord | null;
  /** Increases whenever `latest` changes. */
  version: number;
  /** `latest` on the grid of approximate positions; null until a viewer needs it. Another object only in another cell. */
  gridPlace: Place | null;
  /** The time that approximate viewers see, ms; only valid with `gridPlace`. */
  gridAt: number;
  /** Below 0. Decreases whenever what approximate viewers see changes. */
  gridVersion: number;
}

/**
 * Of a subject: `latest` as JSON up to the distance, the only part that differs by viewer. Written by `friend-text.ts`. A field and not a cache of the writer: marking and flushing 40 viewers cost 2.2 times as much
 * without it, 1.1 times with a WeakMap.
 */
export interface TextSlice {
  exactText: string | null;
  gridText: string | null;
}
