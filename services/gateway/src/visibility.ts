/** What a viewer may see of a friend, at the moment of sending. Every right and bound is checked here. */
import { distanceMeters, mayBeWithin } from '@nearby-friends/geo';
import { isGranted, isPaused, LEAVE_RADIUS_FACTOR } from '@nearby-friends/protocol';
import { gridPlaceOf, type Watch } from './friend-board.ts';
import type { OwnPosition } from './session.ts';

export const NOT_VISIBLE = -1;

/** A cheap bound: false only if the friend is certainly not to enter the list. */
export function mayEnter({ subject, grant, session }: Watch, own: OwnPosition): boolean {
  const { latest } = subject;
  if (latest === null) return false;
  const { lat, lng } = grant.precision === 'exact' ? latest.position : gridPlaceOf(subject, latest);
  return mayBeWithin(own.lat, own.lng, lat, lng, session.radiusMeters);
}

/**
 * Metres between viewer and friend, or {@link NOT_VISIBLE}; `now` in ms on Redis' clock. For an approximate grant all of
 * it is measured from the grid: the true position has no say in whether, when and in which order a friend appears.
 */
export function visibleDistance(watch: Watch, own: OwnPosition, now: number): number {
  const { session, subject, grant, isTold } = watch;
  const { latest } = subject;
  if (latest === null || !isGranted(grant, now) || isPaused(subject.sharing, now)) return NOT_VISIBLE;
  const limit = isTold ? session.radiusMeters * LEAVE_RADIUS_FACTOR : session.radiusMeters;
  const { lat, lng } = grant.precision === 'exact' ? latest.position : gridPlaceOf(subject, latest);
  if (!mayBeWithin(own.lat, own.lng, lat, lng, limit)) return NOT_VISIBLE;
  const distance = distanceMeters(own.lat, own.lng, lat, lng);
  return distance <= limit ? distance : NOT_VISIBLE;
}
