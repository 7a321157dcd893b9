/** Decides what a viewer may see of a subject's last position now. */
import { approximate } from '@nearby-friends/geo';
import {
  holdSharing,
  isGranted,
  isPaused,
  isSeenExactly,
  type Position,
  type PositionRecord,
  SHARING,
  type StatedEdge,
  shareGrant,
} from '@nearby-friends/protocol';

export interface VisiblePosition {
  /** A place of the subject's grid, without accuracy, if it is not exact. */
  readonly position: Position;
  readonly isExact: boolean;
}

/** Null: nothing. `now` and `epochBegan` (absent: unknown) in ms on Redis' clock, `ttlMs` the deployment's TTL. */
export function visiblePosition(
  { subject, grant: stated, sharing: statedSharing }: StatedEdge,
  record: PositionRecord | null,
  {
    now,
    ttlMs,
    epochBegan = 0,
  }: { readonly now: number; readonly ttlMs: number; readonly epochBegan?: number | undefined },
): VisiblePosition | null {
  if (record === null || record.at + (record.lifetimeMs ?? ttlMs) <= now) return null;
  const grant = shareGrant(stated);
  const sharing = holdSharing(statedSharing?.sharing ?? SHARING);
  if (!isGranted(grant, now) || isPaused(sharing, now)) return null;
  const { at, position } = record;
  // What was withheld stays so (G7), and of a restored database nothing is known before its epoch (G8).
  if (at < Math.max(grant.shownFrom, sharing.shownFrom, epochBegan)) return null;
  if (isSeenExactly(grant, at)) return { position, isExact: true };
  return { position: approximate(subject, position.lat, position.lng, at), isExact: false };
}
