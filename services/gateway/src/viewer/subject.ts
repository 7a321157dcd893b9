/** Creates subjects and sets their positions. */
import { approximate, type Place } from '@nearby-friends/geo';
import { holdSharing, isSeenExactly, type PositionRecord, SHARING, type UserId } from '@nearby-friends/protocol';
import type { GridSchedule } from './grid-schedule.ts';
import type { Subject, Watch } from './session.ts';
import type { PositionSlice, TextSlice } from './slices.ts';

const NEVER_PAUSED = holdSharing(SHARING);

export function createSubject(user: UserId, schedule: GridSchedule): Subject {
  return {
    user,
    schedule,
    latest: null,
    version: 0,
    gridPlace: null,
    gridAt: 0,
    gridVersion: -1,
    exactText: null,
    gridText: null,
    sharing: NEVER_PAUSED,
    sharingVersion: 0,
    stoppedAt: 0,
    watches: [],
  };
}

/** Replaces the position and drops what was derived from the previous one, except on the grid as long as the cell is the same. */
export function setLatest(subject: Subject & PositionSlice & TextSlice, latest: PositionRecord | null): void {
  subject.latest = latest;
  subject.version++;
  subject.exactText = null;
  const { gridPlace } = subject;
  if (gridPlace === null) return;
  const place = latest === null ? null : placeOnGrid(subject, latest);
  if (place === null || place.lat !== gridPlace.lat || place.lng !== gridPlace.lng) putOnGrid(subject, place);
}

/** Shows approximate viewers the time that the schedule has for the position now. Returns whether it is another one. */
export function refreshGridTime(subject: Subject & PositionSlice & TextSlice): boolean {
  const { gridAt, gridPlace, latest, schedule, user } = subject;
  if (gridPlace === null || latest === null || schedule.shownAt(user, latest.at) === gridAt) return false;
  putOnGrid(subject, gridPlace);
  return true;
}

/** Increases or decreases whenever the viewer sees something else of the friend; the two forms have no version in common. */
export function versionFor({ grant, subject }: Watch): number {
  const { latest } = subject;
  return latest === null || isSeenExactly(grant, latest.at) ? subject.version : subject.gridVersion;
}

function putOnGrid(subject: Subject & PositionSlice & TextSlice, place: Place | null): void {
  subject.gridPlace = place;
  if (subject.latest !== null) subject.gridAt = subject.schedule.shownAt(subject.user, subject.latest.at);
  subject.gridText = null;
  subject.gridVersion--;
}

function placeOnGrid({ user }: Subject, { at, position }: PositionRecord): Place {
  return approximate(user, position.lat, position.lng, at);
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
export function gridPlaceOf(subject: Subject & PositionSlice & TextSlice, latest: PositionRecord): Place {
  if (subject.gridPlace === null) putOnGrid(subject, placeOnGrid(subject, latest));
  return subject.gridPlace as Place;
}
