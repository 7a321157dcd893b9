/** Computes what a viewer may see of a friend at the moment of sending, by grant, pause and radius. */
import { distanceMeters, mayBeWithin, minDistanceMeters } from '@nearby-friends/geo';
import { isGranted, isPaused, LEAVE_RADIUS_FACTOR } from '@nearby-friends/protocol';
import { MICRO, type Watch } from '../viewer/session.ts';
import type { OwnPosition } from '../viewer/session-phase.ts';
import { decidingPlaceFor, isWithheld, placeFor } from '../viewer/subject.ts';

export const NOT_VISIBLE = -1;

/** Maximum error of a distance from the viewer's rounded place, metres: half a millionth of a degree each way. */
const ROUNDING_METERS = 0.1;

/**
 * A lower bound of the friend's distance beyond the radius, metres: above 0 only if the friend certainly does not enter
 * the list. Infinite for a friend without a position, or whose position is withheld. Runs for every viewer of a friend who
 * moves, so it reads only fields of the session itself.
 */
export function distanceBeyondRadius(watch: Watch): number {
  const { subject, session } = watch;
  const { latest } = subject;
  if (latest === null || isWithheld(watch, latest)) return Number.POSITIVE_INFINITY;
  const { lat, lng } = decidingPlaceFor(watch, latest);
  const { latMicro, lngMicro, radiusCeilMeters } = session;
  return minDistanceMeters(latMicro / MICRO, lngMicro / MICRO, lat, lng) - ROUNDING_METERS - radiusCeilMeters;
}

/** A cheap bound: true only if a friend on the list certainly leaves it. */
export function isCertainlyOutside(watch: Watch): boolean {
  return distanceBeyondRadius(watch) > watch.session.radiusCeilMeters * (LEAVE_RADIUS_FACTOR - 1);
}

/** How far inside the leave radius a friend on the list is, metres; 0 if another place than the sent one decides. */
export function distanceWithinRadius({ session: { radiusMeters }, subject }: Watch, distanceMeters: number): number {
  if (subject.anchor !== null) return 0;
  return radiusMeters * LEAVE_RADIUS_FACTOR - distanceMeters;
}

/** Whether the viewer may see the friend at all at `now`, ms on Redis' clock. */
export function isShown({ subject, grant }: Watch, now: number): boolean {
  return isGranted(grant, now) && !isPaused(subject.sharing, now);
}

/**
 * Metres between viewer and friend, or {@link NOT_VISIBLE}; `now` in ms on Redis' clock. Where the exact form is not for the
 * viewer it is measured from the grid: the exact position influences neither whether, nor when, nor in which order a friend appears.
 */
export function visibleDistance(watch: Watch, own: OwnPosition, now: number): number {
  const { session, subject, isSent } = watch;
  const { latest } = subject;
  if (latest === null || isWithheld(watch, latest) || !isShown(watch, now)) return NOT_VISIBLE;
  const limit = isSent ? session.radiusMeters * LEAVE_RADIUS_FACTOR : session.radiusMeters;
  const { lat, lng } = decidingPlaceFor(watch, latest);
  if (!mayBeWithin(own.lat, own.lng, lat, lng, limit)) return NOT_VISIBLE;
  const distance = distanceMeters(own.lat, own.lng, lat, lng);
  if (distance > limit) return NOT_VISIBLE;
  if (subject.anchor === null) return distance;
  const shown = placeFor(watch, latest);
  return distanceMeters(own.lat, own.lng, shown.lat, shown.lng);
}
