/** Writes list messages as text: what all viewers of a position have in common is written once for all of them. */
import type { PositionRecord, UserId } from '@nearby-friends/protocol';
import { gridPlaceOf, type Subject, type Watch } from './friend-board.ts';

/** Distances are told in whole centimetres: positions are not better, and digits cost more than anything else here. */
const PER_METRE = 100;

/** One friend of a list message: `NearbyFriend` of the protocol. Of an approximate one the grid's place and the time. */
export function friendText({ subject, grant }: Watch, latest: PositionRecord, distanceMeters: number): string {
  const distance = Math.round(distanceMeters * PER_METRE) / PER_METRE;
  const tail = grant.precision === 'exact' ? exactTail(subject, latest) : gridTail(subject, latest);
  return `{"distance":${distance},${tail}`;
}

export function snapshotText(radiusMeters: number, friends: readonly string[]): string {
  return `{"radiusMeters":${radiusMeters},"friends":[${friends.join(',')}]}`;
}

/** Ids need no escaping: a user id has none of the characters that would. */
export function changesText(upserts: readonly string[], removed: readonly UserId[]): string {
  const ids = removed.length === 0 ? '' : `"${removed.join('","')}"`;
  return `{"upserts":[${upserts.join(',')}],"removed":[${ids}]}`;
}

function exactTail(subject: Subject, { at, position }: PositionRecord): string {
  subject.exactTail ??= JSON.stringify({ id: subject.user, ...position, at, precision: 'exact' }).slice(1);
  return subject.exactTail;
}

function gridTail(subject: Subject, latest: PositionRecord): string {
  if (subject.gridTail === null) {
    const { lat, lng } = gridPlaceOf(subject, latest);
    const friend = { id: subject.user, lat, lng, at: latest.at, precision: 'approximate' };
    subject.gridTail = JSON.stringify(friend).slice(1);
  }
  return subject.gridTail;
}
