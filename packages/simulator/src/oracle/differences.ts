/** Compares the list a client holds with the oracle's verdicts, and names each difference without naming a place. */
import { distanceMeters } from '@nearby-friends/geo';
import type { NearbyFriend, UserId } from '@nearby-friends/protocol';
import type { Verdict } from './verdict.ts';

/** A distance in a list may differ by this, or by a millionth of it: the greater counts. */
const DISTANCE_TOLERANCE_METERS = 0.5;
const DISTANCE_TOLERANCE_RELATIVE = 1e-6;

export type DifferenceKind =
  | 'no list'
  | 'list too early'
  | 'missing'
  | 'extra'
  | 'listed twice'
  | 'stale position'
  | 'wrong time'
  | 'wrong distance'
  | 'wrong order'
  | 'not exact';

/** One disagreement. Holds distances only, never a position. */
export interface Difference {
  readonly kind: DifferenceKind;
  readonly viewer: UserId;
  /** Absent where the whole list is meant. */
  readonly friend?: UserId;
  readonly expected: string;
  readonly got: string;
  /** Metres: the distance that counts here, the oracle's where it has one. */
  readonly distance?: number;
}

/**
 * `held` is the list in the order the client shows it, undefined when it was never given one;
 * `verdicts` are {@link judgeFriends}' for the same viewer. An empty result means: equal within the rules.
 */
export function compareList(
  viewer: UserId,
  held: readonly NearbyFriend[] | undefined,
  verdicts: readonly Verdict[] | undefined,
): Difference[] {
  if (verdicts === undefined) {
    return held === undefined ? [] : [{ kind: 'list too early', viewer, expected: 'no list', got: 'a list' }];
  }
  if (held === undefined) return [{ kind: 'no list', viewer, expected: 'a list', got: 'none' }];

  const verdictOf = new Map(verdicts.map((verdict) => [verdict.friend, verdict]));
  const differences: Difference[] = [];
  const seen = new Set<UserId>();
  let previous: Verdict | undefined;
  for (const entry of held) {
    const verdict = verdictOf.get(entry.id);
    if (seen.has(entry.id)) differences.push(listedTwice(viewer, entry));
    seen.add(entry.id);
    if (verdict === undefined || verdict.presence === 'forbidden') {
      differences.push(extra(viewer, entry, verdict));
      continue;
    }
    differences.push(...compareEntry(viewer, entry, verdict));
    if (previous !== undefined && previous.distance > verdict.distance + tolerance(verdict.distance)) {
      differences.push(wrongOrder(viewer, verdict, previous));
    }
    previous = verdict;
  }
  for (const verdict of verdicts) {
    if (verdict.presence === 'required' && !seen.has(verdict.friend)) differences.push(missing(viewer, verdict));
  }
  return differences;
}

function tolerance(distance: number): number {
  return Math.max(DISTANCE_TOLERANCE_METERS, distance * DISTANCE_TOLERANCE_RELATIVE);
}

function compareEntry(viewer: UserId, entry: NearbyFriend, verdict: Verdict): Difference[] {
  const differences: Difference[] = [];
  const about = { viewer, friend: entry.id, distance: verdict.distance };
  if (entry.precision !== 'exact') {
    differences.push({ ...about, kind: 'not exact', expected: 'exact', got: entry.precision });
  }
  // The position travels as doubles all the way: anything but the very same numbers is another report.
  if (entry.lat !== verdict.lat || entry.lng !== verdict.lng) {
    const off = distanceMeters(entry.lat, entry.lng, verdict.lat, verdict.lng);
    differences.push({
      ...about,
      kind: 'stale position',
      expected: 'the latest position',
      got: `one ${meters(off)} from it`,
    });
  }
  if (entry.at !== verdict.at) {
    const late = `one ${Math.abs(verdict.at - entry.at)} ms ${entry.at < verdict.at ? 'earlier' : 'later'}`;
    differences.push({ ...about, kind: 'wrong time', expected: 'the time that was acknowledged', got: late });
  }
  if (Math.abs(entry.distance - verdict.distance) > tolerance(verdict.distance)) {
    differences.push({
      ...about,
      kind: 'wrong distance',
      expected: meters(verdict.distance),
      got: meters(entry.distance),
    });
  }
  return differences;
}

function missing(viewer: UserId, { friend, distance }: Verdict): Difference {
  return { kind: 'missing', viewer, friend, expected: 'listed', got: 'not listed', distance };
}

function extra(viewer: UserId, entry: NearbyFriend, verdict: Verdict | undefined): Difference {
  const distance = verdict?.distance ?? entry.distance;
  return { kind: 'extra', viewer, friend: entry.id, expected: absence(verdict), got: 'listed', distance };
}

function absence(verdict: Verdict | undefined): string {
  if (verdict === undefined) return 'not listed (no friend, or one who never reported)';
  const reasons = [verdict.far ? 'too far' : '', verdict.expired ? 'expired' : ''];
  return `not listed (${reasons.filter((reason) => reason !== '').join(', ')})`;
}

function listedTwice(viewer: UserId, entry: NearbyFriend): Difference {
  const { id: friend, distance } = entry;
  return { kind: 'listed twice', viewer, friend, expected: 'listed once', got: 'listed again', distance };
}

function wrongOrder(viewer: UserId, verdict: Verdict, previous: Verdict): Difference {
  return {
    kind: 'wrong order',
    viewer,
    friend: verdict.friend,
    expected: `before ${previous.friend} at ${meters(previous.distance)}`,
    got: 'behind',
    distance: verdict.distance,
  };
}

function meters(value: number): string {
  return `${value.toFixed(1)} m`;
}
