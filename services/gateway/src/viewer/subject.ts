/** Creates subjects and sets their positions. */
import { approximate, type Place } from '@nearby-friends/geo';
import { type PositionRecord, SHARING, type UserId } from '@nearby-friends/protocol';
import type { Subject } from './session.ts';
import type { PositionSlice, TextSlice } from './slices.ts';

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

/** The friend's place for viewers with an approximate grant; computed once per position. */
export function gridPlaceOf(subject: PositionSlice & Subject, { at, position }: PositionRecord): Place {
  subject.gridPlace ??= approximate(subject.user, position.lat, position.lng, at);
  return subject.gridPlace;
}
