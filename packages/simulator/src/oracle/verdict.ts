/** What a viewer's list must hold at a moment, by brute force from positions and times alone. */
import { distanceMeters } from '@nearby-friends/geo';
import { LEAVE_RADIUS_FACTOR, type UserId } from '@nearby-friends/protocol';

/**
 * The last report of a user that the server has confirmed.
 *
 * When the server took it is not known exactly, but it was after the client sent it and before the acknowledgement came back.
 * Both ends are read from this process's monotonic clock, so an age computed from them is an interval that surely holds
 * the true age, whatever the server's clock says and however busy this process was.
 */
export interface LatestUpdate {
  /** Degrees. */
  readonly lat: number;
  readonly lng: number;
  /** Our monotonic clock, ms. */
  readonly sentAt: number;
  readonly ackedAt: number;
  /** The server's time of the update, ms since the epoch on its clock: only compared, never used as an age. */
  readonly at: number;
}

export interface OracleRules {
  readonly radiusMeters: number;
  /** TTL: an older position has expired. ms of wall time. */
  readonly ttlMs: number;
  /** A friend may go this much earlier (clocks of gateway and Redis differ). ms. */
  readonly earlyMs: number;
  /** A friend must be gone this long after the TTL: S5's second, a flush, the way to the client, clocks. ms. */
  readonly lateMs: number;
}

/** `either`: the rules leave room, between r and 1.05 r (N4) and around the end of the TTL (S5). */
export type Presence = 'required' | 'either' | 'forbidden';

/** The verdict of the rules on one friend in one viewer's list. */
export interface Verdict {
  readonly friend: UserId;
  readonly presence: Presence;
  /** Why it is not required: too far, expired, or both. */
  readonly far: boolean;
  readonly expired: boolean;
  /** Metres from the viewer's own latest position. */
  readonly distance: number;
  /** Degrees: the position the viewer must have been sent, if any. */
  readonly lat: number;
  readonly lng: number;
  /** The time the viewer must have been sent with it, ms since the epoch on the server's clock. */
  readonly at: number;
}

/** Rounding of a distance at the very edge of a radius must not decide. */
const EDGE_METERS = 0.01;

/**
 * One verdict per friend who has ever reported, nearest first; undefined when the viewer has not reported and so must
 * have no list. `now` is on the same clock as the reports.
 */
export function judgeFriends(
  viewer: UserId,
  friends: Iterable<UserId>,
  reports: ReadonlyMap<UserId, LatestUpdate>,
  now: number,
  rules: OracleRules,
): Verdict[] | undefined {
  const own = reports.get(viewer);
  if (own === undefined) return undefined;
  const verdicts: Verdict[] = [];
  for (const friend of friends) {
    const report = reports.get(friend);
    if (report === undefined) continue;
    const distance = distanceMeters(own.lat, own.lng, report.lat, report.lng);
    const near = distance <= rules.radiusMeters - EDGE_METERS;
    const far = distance > rules.radiusMeters * LEAVE_RADIUS_FACTOR + EDGE_METERS;
    const active = now - report.sentAt < rules.ttlMs - rules.earlyMs;
    const expired = now - report.ackedAt > rules.ttlMs + rules.lateMs;
    const presence = far || expired ? 'forbidden' : near && active ? 'required' : 'either';
    const { lat, lng, at } = report;
    verdicts.push({ friend, presence, far, expired, distance, lat, lng, at });
  }
  return verdicts.sort((a, b) => a.distance - b.distance);
}
