/** Reads the relation of two users from the point of view of one of them. */
import type { UserId } from '@nearby-friends/protocol';
import type { GraphTransaction } from './graph-transaction.ts';

type RequestState = 'none' | 'open' | 'suppressed';

export interface PairState {
  /** Both see each other. */
  readonly friends: boolean;
  /** Request of the other to the user. */
  readonly incoming: RequestState;
  /** Request of the user to the other. */
  readonly outgoing: RequestState;
  /** The user blocks the other. */
  readonly blocks: boolean;
  /** The other blocks the user. */
  readonly isBlocked: boolean;
  /** Number of the user's open requests, including suppressed ones: the user cannot distinguish them. */
  readonly outgoingCount: number;
}

interface Row extends Omit<PairState, 'incoming' | 'outgoing'> {
  /** `suppressed` of the request; null: no request. */
  readonly incoming: boolean | null;
  readonly outgoing: boolean | null;
}

/** Both users must be locked. */
export async function readPairState({ client }: GraphTransaction, user: UserId, other: UserId): Promise<PairState> {
  // Raw: one statement for every `other`, so that its duration does not reveal whether that user exists or blocks.
  const [row] = await client.$queryRaw<[Row]>`
    SELECT
      (SELECT count(*) = 2 FROM edges
       WHERE (viewer_id = ${user} AND subject_id = ${other}) OR (viewer_id = ${other} AND subject_id = ${user})
      ) AS friends,
      (SELECT suppressed FROM friend_requests WHERE from_id = ${other} AND to_id = ${user}) AS incoming,
      (SELECT suppressed FROM friend_requests WHERE from_id = ${user} AND to_id = ${other}) AS outgoing,
      EXISTS (SELECT FROM blocks WHERE user_id = ${user} AND blocked_id = ${other}) AS blocks,
      EXISTS (SELECT FROM blocks WHERE user_id = ${other} AND blocked_id = ${user}) AS "isBlocked",
      (SELECT count(*)::int FROM friend_requests WHERE from_id = ${user}) AS "outgoingCount"`;
  return { ...row, incoming: toRequestState(row.incoming), outgoing: toRequestState(row.outgoing) };
}

function toRequestState(suppressed: boolean | null): RequestState {
  if (suppressed === null) return 'none';
  return suppressed ? 'suppressed' : 'open';
}
