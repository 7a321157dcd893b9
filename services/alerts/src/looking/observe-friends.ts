/** Says of each friend of a viewer whether it is near. */
import { distanceMeters, mayBeWithin } from '@nearby-friends/geo';
import type { PositionRecord, StatedEdge, UserId } from '@nearby-friends/protocol';
import { visiblePosition } from '@nearby-friends/visibility';
import type { Observation } from '../pairs/alert-decisions.ts';
import { leaveRadius } from '../sending/alert-preparation.ts';

/** Without friends of whom the viewer may see nothing now: they keep their state until they count as lost. */
export function observeFriends(
  own: PositionRecord,
  edges: readonly StatedEdge[],
  options: {
    readonly recordOf: (subject: UserId) => PositionRecord | null;
    readonly radiusMeters: number;
    /** Ms on Redis' clock, as for {@link visiblePosition}. */
    readonly now: number;
    readonly ttlMs: number;
    readonly epochBegan: number | undefined;
    readonly isMuted: (subject: UserId) => boolean;
  },
): Map<UserId, Observation> {
  const { radiusMeters, recordOf, isMuted } = options;
  const { lat, lng } = own.position;
  const outer = leaveRadius(radiusMeters);
  const seen = new Map<UserId, Observation>();
  for (const edge of edges) {
    const { subject } = edge;
    const visible = visiblePosition(edge, recordOf(subject), options);
    if (visible === null) continue;
    const { position } = visible;
    const isUncertain = [own.position.accuracy, position.accuracy].some((accuracy) => (accuracy ?? 0) > radiusMeters);
    if (isUncertain) seen.set(subject, 'kept');
    else if (!mayBeWithin(lat, lng, position.lat, position.lng, outer)) seen.set(subject, 'far');
    else {
      const distance = distanceMeters(lat, lng, position.lat, position.lng);
      if (distance > outer) seen.set(subject, 'far');
      else if (distance > radiusMeters) seen.set(subject, 'kept');
      else seen.set(subject, isMuted(subject) ? 'near-quietly' : 'near');
    }
  }
  return seen;
}
