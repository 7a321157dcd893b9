/** Positions as a gateway sends them, each distinguishable from all others. */
import { encodePositionBody, parseUserId, type ReceivedPosition, type UserId } from '@nearby-friends/protocol';

export const ANN: UserId = parseUserId('ann');
export const BEN: UserId = parseUserId('ben');

/** A position of `user` at the time `at`; each `mark` is another place. */
export function positionOf(user: UserId, at: number, mark = 0): ReceivedPosition {
  return { user, at, body: encodePositionBody({ lat: 51.123_456 + mark / 1000, lng: -7.654_321, accuracy: mark }) };
}
