/** Creates subjects and their watches, and sets their positions. */

import type { GridSchedule } from '@nearby-friends/geo';
import { approximate, type Place } from '@nearby-friends/geo';
import {
  type Grant,
  holdSharing,
  isSeenExactly,
  type PositionRecord,
  SHARING,
  shareGrant,
  type UserId,
} from '@nearby-friends/protocol';
import { isCoarseFix } from './coarse-fix.ts';
import type { Session, Subject, Watch } from './session.ts';
import { NEVER_SENT, type PositionSlice, type TextSlice } from './slices.ts';

const NEVER_PAUSED = holdSharing(SHARING);

export function createSubject(user: UserId, schedule: GridSchedule): Subject {
  return {
    user,
    schedule,
    latest: null,
    anchor: null,
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

/** Takes it out of its subject's watches. The order is not kept: the last watch takes the place. */
export function removeWatch(watch: Watch): void {
  const { watches } = watch.subject;
  const place = watches.lastIndexOf(watch);
  if (place < 0) return;
  const last = watches.pop();
  if (last !== undefined && last !== watch) watches[place] = last;
}

/** Replaces the position and drops what was derived from the previous one, except on the grid as long as the cell is the same. */
export function setLatest(subject: Subject & PositionSlice & TextSlice, latest: PositionRecord | null): void {
  const previous = subject.latest;
  const isCoarse =
    previous !== null && latest !== null && isCoarseFix(previous.position, previous.at, latest.position, latest.at);
  subject.anchor = isCoarse ? previous : null;
  subject.latest = latest;
  subject.version++;
  subject.exactText = null;
  const { gridPlace } = subject;
  if (gridPlace === null) return;
  const place = latest === null ? null : placeOnGrid(subject, latest);
  if (place === null || place.lat !== gridPlace.lat || place.lng !== gridPlace.lng) putOnGrid(subject, place);
}

/** Forgets the fix before a coarse one if it is of `before` (ms on Redis' clock) or earlier. */
export function dropAnchor(subject: Subject & PositionSlice, before: number): void {
  if (subject.anchor !== null && subject.anchor.at <= before) subject.anchor = null;
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

/** Where the friend counts as being when it is decided whether it is on the viewer's list (N6). */
export function decidingPlaceFor(watch: Watch, latest: PositionRecord): Place {
  const { subject, grant } = watch;
  const { anchor } = subject;
  // A place that is withheld from the viewer decides nothing.
  if (anchor === null || isWithheld(watch, anchor)) return placeFor(watch, latest);
  return isSeenExactly(grant, anchor.at) ? anchor.position : placeOnGrid(subject, anchor);
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
