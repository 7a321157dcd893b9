/** Creates subjects and sets their positions. */
import { approximate, type Place } from '@nearby-friends/geo';
import { holdSharing, isSeenExactly, type PositionRecord, SHARING, type UserId } from '@nearby-friends/protocol';
import type { Subject, Watch } from './session.ts';
import type { PositionSlice, TextSlice } from './slices.ts';

const NEVER_PAUSED = holdSharing(SHARING);

export function createSubject(user: UserId): Subject {
  return {
    user,
    latest: null,
    version: 0,
    gridPlace: null,
    exactText: null,
    gridText: null,
    sharing: NEVER_PAUSED,
    sharingVersion: 0,
    stoppedAt: 0,
    watches: [],
  };
}

/** Replaces the position and drops what was derived from the previous one. */
export function setLatest(subject: PositionSlice & TextSlice, latest: PositionRecord | null): void {
  subject.latest = latest;
  subject.version++;
  subject.gridPlace = null;
  subject.exactText = null;
  subject.gridText = null;
}

/** Where the viewer may take the friend to be: the exact position, or the place on the grid. */
export function placeFor({ subject, grant }: Watch, latest: PositionRecord): Place {
  return isSeenExactly(grant, latest.at) ? latest.position : gridPlaceOf(subject, latest);
}

/** Whether the position was received while it was withheld from the viewer, who then never gets it (G7). */
export function isWithheld({ subject, grant }: Watch, { at }: PositionRecord): boolean {
  return at < grant.shownFrom || at < subject.sharing.shownFrom;
}

/** The friend's place for viewers with an approximate grant; computed once per position. */
export function gridPlaceOf(subject: PositionSlice & Subject, { at, position }: PositionRecord): Place {
  subject.gridPlace ??= approximate(subject.user, position.lat, position.lng, at);
  return subject.gridPlace;
}
