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

/** Notes one; `about` unless the whole list is meant. */
type Note = (
  kind: DifferenceKind,
  expected: string,
  got: string,
  about?: Required<Pick<Difference, 'friend' | 'distance'>>,
) => void;

/**
 * `held` is the list in the order the client shows it, undefined when it was never given one;
 * `verdicts` are {@link judgeFriends}' for the same viewer. An empty result means: equal within the rules.
 */
export function compareList(
  viewer: UserId,
  held: readonly NearbyFriend[] | undefined,
  verdicts: readonly Verdict[] | undefined,
): Difference[] {
  const differences: Difference[] = [];
  const note: Note = (kind, expected, got, about) => {
    // Not the whole of it: a verdict holds a position.
    const who = about === undefined ? {} : { friend: about.friend, distance: about.distance };
    differences.push({ kind, viewer, ...who, expected, got });
  };
  if (held === undefined || verdicts === undefined) {
    if (held !== undefined) note('list too early', 'no list', 'a list');
    if (verdicts !== undefined) note('no list', 'a list', 'none');
    return differences;
  }
  const verdictOf = new Map(verdicts.map((verdict) => [verdict.friend, verdict]));
  const seen = new Set<UserId>();
  let previous: Verdict | undefined;
  for (const entry of held) {
    const { id: friend, distance } = entry;
    const verdict = verdictOf.get(friend);
    if (seen.has(friend)) note('listed twice', 'listed once', 'listed again', { friend, distance });
    seen.add(friend);
    if (verdict === undefined || verdict.presence === 'forbidden') {
      note('extra', absence(verdict), 'listed', { friend, distance: verdict?.distance ?? distance });
      continue;
    }
    compareEntry(entry, verdict, note);
    if (previous !== undefined && previous.distance > verdict.distance + tolerance(verdict.distance)) {
      note('wrong order', `before ${previous.friend} at ${meters(previous.distance)}`, 'behind', verdict);
    }
    previous = verdict;
  }
  for (const verdict of verdicts) {
    if (verdict.presence === 'required' && !seen.has(verdict.friend)) note('missing', 'listed', 'not listed', verdict);
  }
  return differences;
}

function tolerance(distance: number): number {
  return Math.max(DISTANCE_TOLERANCE_METERS, distance * DISTANCE_TOLERANCE_RELATIVE);
}

function compareEntry(entry: NearbyFriend, verdict: Verdict, note: Note): void {
  if (entry.precision !== 'exact') note('not exact', 'exact', entry.precision, verdict);
  // The position travels as doubles all the way: anything but the very same numbers is another report.
  if (entry.lat !== verdict.lat || entry.lng !== verdict.lng) {
    const off = distanceMeters(entry.lat, entry.lng, verdict.lat, verdict.lng);
    note('stale position', 'the latest position', `one ${meters(off)} from it`, verdict);
  }
  if (entry.at !== verdict.at) {
    const late = `one ${Math.abs(verdict.at - entry.at)} ms ${entry.at < verdict.at ? 'earlier' : 'later'}`;
    note('wrong time', 'the time that was acknowledged', late, verdict);
  }
  if (Math.abs(entry.distance - verdict.distance) > tolerance(verdict.distance)) {
    note('wrong distance', meters(verdict.distance), meters(entry.distance), verdict);
  }
}

function absence(verdict: Verdict | undefined): string {
  if (verdict === undefined) return 'not listed (no friend, or one who never reported)';
  const reasons = [verdict.far ? 'too far' : '', verdict.expired ? 'expired' : ''];
  return `not listed (${reasons.filter((reason) => reason !== '').join(', ')})`;
}

function meters(value: number): string {
  return `${value.toFixed(1)} m`;
}
