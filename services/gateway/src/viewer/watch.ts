/** Friends who are watched on this gateway, and each session's view of them. */
import { approximate, type Place } from '@nearby-friends/geo';
import {
  type Grant,
  type PositionRecord,
  SHARING,
  type Sharing,
  shareGrant,
  type UserId,
} from '@nearby-friends/protocol';
import type { Session } from './session.ts';

/**
 * `latest` as JSON up to the distance, the only part that differs by viewer. Written by `list-message-writer.ts`. A field and
 * not a cache of the writer: marking and flushing 40 viewers cost 2.2 times as much without it, 1.1 times with a WeakMap.
 */
export interface TextSlice {
  exactText: string | null;
  gridText: string | null;
}

/** A friend with at least one viewer on this gateway. */
export interface Subject extends Readonly<TextSlice> {
  readonly user: UserId;
  /** Null while unknown: not read yet, or expired. Written by {@link setLatest}. */
  readonly latest: PositionRecord | null;
  /** Increases whenever `latest` changes. */
  readonly version: number;
  /** `latest` on the grid of approximate positions, see {@link gridPlaceOf}. */
  readonly gridPlace: Place | null;
  /** The friend's own pause, for all viewers. Written by the friend board. */
  sharing: Sharing;
  sharingVersion: number;
  /** Unordered. */
  readonly watches: Watch[];
}

/** Below every distance. */
export const NEVER_SENT = -1;

/** Written by the friend board. */
export interface GrantSlice {
  grant: Grant;
  /** Of the grant. */
  version: number;
}

/** What the client was last sent. Written by nearby delivery and its composer. */
export interface SentSlice {
  /** The client's list holds this friend. */
  isSent: boolean;
  /** The subject's version; 0 before the first time. */
  lastSentVersion: number;
  /** Whole centimetres; {@link NEVER_SENT} when none was sent under the current grant. */
  lastSentCentimetres: number;
}

/** Written by `pending-watches.ts`. */
export interface PendingLink {
  /** The next pending watch of the session; null for a watch that is not pending. */
  nextPending: Watch | null;
}

/**
 * One session's view of one friend. A gateway holds millions of them, so numbers are small integers: V8 stores any other
 * number as an object of its own.
 */
export interface Watch extends Readonly<GrantSlice>, Readonly<SentSlice>, Readonly<PendingLink> {
  readonly session: Session;
  readonly subject: Subject;
}

export function createSubject(user: UserId): Subject {
  return {
    user,
    latest: null,
    version: 0,
    gridPlace: null,
    exactText: null,
    gridText: null,
    sharing: SHARING,
    sharingVersion: 0,
    watches: [],
  };
}

export function createWatch(
  session: Session,
  subject: Subject,
  { grant, version }: { grant: Grant; version: number },
): Watch {
  return {
    session,
    subject,
    grant: shareGrant(grant),
    version,
    isSent: false,
    lastSentVersion: 0,
    lastSentCentimetres: NEVER_SENT,
    nextPending: null,
  };
}

/** Written by this module. */
interface PositionSlice {
  latest: PositionRecord | null;
  version: number;
  gridPlace: Place | null;
}

/** Replaces the position and drops what was derived from the previous one. */
export function setLatest(subject: PositionSlice & TextSlice, latest: PositionRecord | null): void {
  subject.latest = latest;
  subject.version++;
  subject.gridPlace = null;
  subject.exactText = null;
  subject.gridText = null;
}

/** The friend's place for viewers with an approximate grant; computed once per position. */
export function gridPlaceOf(subject: PositionSlice & Subject, { at, position }: PositionRecord): Place {
  subject.gridPlace ??= approximate(subject.user, position.lat, position.lng, at);
  return subject.gridPlace;
}
