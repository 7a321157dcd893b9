/** Reads everything that is between two people, as one of them stands to the other. */
import type { UserId } from '@nearby-friends/protocol';
import type { GraphTransaction } from './graph-transaction.ts';

export type RequestState = 'none' | 'open' | 'suppressed';

export interface PairState {
  /** Both see each other. */
  readonly friends: boolean;
  /** The other's request to the user. */
  readonly incoming: RequestState;
  /** The user's request to the other. */
  readonly outgoing: RequestState;
  readonly blocks: boolean;
  readonly isBlocked: boolean;
  /** How many requests of the user are open, suppressed ones too: the user cannot tell them apart. */
  readonly outgoingCount: number;
}

interface Row {
  readonly friends: boolean;
  readonly incoming: boolean | null;
  readonly outgoing: boolean | null;
  readonly blocks: boolean;
  readonly isBlocked: boolean;
  readonly outgoingCount: number;
}

/** One statement whoever the other is, so that its time tells nothing. Both must be locked. */
export async function readPairState({ sql }: GraphTransaction, user: UserId, other: UserId): Promise<PairState> {
  const [row] = await sql.$queryRaw<[Row]>`
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
