/** Friends who are watched on this gateway, and each session's view of them. */
import { approximate, type Place } from '@nearby-friends/geo';
import type { Grant, PositionRecord, Sharing, UserId } from '@nearby-friends/protocol';
import type { Session } from './session.ts';

/** A friend whom somebody here watches. */
export interface Subject {
  readonly user: UserId;
  /** Null while nothing is known: not read yet, or silent for longer than the TTL. */
  latest: PositionRecord | null;
  /** Grows whenever `latest` changes. */
  version: number;
  /** Where `latest` is on the grid of approximate positions, once somebody has asked: see {@link gridPlaceOf}. */
  gridPlace: Place | null;
  /** `latest` as viewers are told it, but for the distance, once somebody was told: see `list-message.ts`. */
  exactText: string | null;
  gridText: string | null;
  /** The friend's own pause, for all who watch. */
  sharing: Sharing;
  sharingVersion: number;
  /** In no order. */
  readonly watches: Watch[];
}

/** Below every distance. */
export const NEVER_SENT = -1;

/**
 * One session's view of one friend. There are as many as all sessions together have active friends, so its numbers are
 * whole and small: any other would be an object of its own.
 */
export interface Watch {
  readonly session: Session;
  readonly subject: Subject;
  grant: Grant;
  /** Of the grant. */
  version: number;
  /** The client's list holds this friend. */
  isSent: boolean;
  /** The subject's version that was told last; 0 when none was. */
  lastSentVersion: number;
  /** The distance last told, whole centimetres; {@link NEVER_SENT} when none was under the grant as it is. */
  lastSentCentimetres: number;
  /** The next one that may have to be told, null for one that is not pending: see `pending-watches.ts`. */
  nextPending: Watch | null;
}

/** Whatever was made of the position before goes with it. */
export function setLatest(subject: Subject, latest: PositionRecord | null): void {
  subject.latest = latest;
  subject.version++;
  subject.gridPlace = null;
  subject.exactText = null;
  subject.gridText = null;
}

/** Where the friend is for those who may see it approximately; computed once per position, however many they are. */
export function gridPlaceOf(subject: Subject, { at, position }: PositionRecord): Place {
  subject.gridPlace ??= approximate(subject.user, position.lat, position.lng, at);
  return subject.gridPlace;
}
