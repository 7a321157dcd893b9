/** Reads the relation of two users from the point of view of one of them. */
import type { Grant, Precision, UserId } from '@nearby-friends/protocol';
import type { GraphTransaction } from './graph-transaction.ts';

interface OpenRequest {
  /** Hidden from its recipient. */
  readonly isSuppressed: boolean;
  /** What its sender grants once it is accepted. */
  readonly choice: Grant;
}

export interface PairState {
  /** Both see each other. */
  readonly friends: boolean;
  /** What the user grants the other; null: the other has no edge to the user. */
  readonly granted: Grant | null;
  /** Request of the other to the user. */
  readonly incoming: OpenRequest | null;
  /** Request of the user to the other. */
  readonly outgoing: OpenRequest | null;
  /** The user blocks the other. */
  readonly blocks: boolean;
  /** The other blocks the user. */
  readonly isBlocked: boolean;
}

interface Row extends Pick<PairState, 'friends' | 'blocks' | 'isBlocked'> {
  readonly grantedPrecision: Precision | null;
  readonly grantedUntil: Date | null;
  /** `suppressed` of the request; null: no request. */
  readonly incoming: boolean | null;
  readonly incomingPrecision: Precision | null;
  readonly incomingUntil: Date | null;
  readonly outgoing: boolean | null;
  readonly outgoingPrecision: Precision | null;
  readonly outgoingUntil: Date | null;
}

/** The pair must be locked. */
export async function readPairState({ client }: GraphTransaction, user: UserId, other: UserId): Promise<PairState> {
  // Raw: one statement for every `other`, so that its duration does not reveal whether that user exists or blocks.
  const [row] = await client.$queryRaw<[Row]>`
    SELECT
      (SELECT count(*) = 2 FROM edges
       WHERE (viewer_id = ${user} AND subject_id = ${other}) OR (viewer_id = ${other} AND subject_id = ${user})
      ) AS friends,
      granted.precision::text AS "grantedPrecision", granted.until AS "grantedUntil",
      incoming.suppressed AS incoming,
      incoming.precision::text AS "incomingPrecision", incoming.until AS "incomingUntil",
      outgoing.suppressed AS outgoing,
      outgoing.precision::text AS "outgoingPrecision", outgoing.until AS "outgoingUntil",
      EXISTS (SELECT FROM blocks WHERE user_id = ${user} AND blocked_id = ${other}) AS blocks,
      EXISTS (SELECT FROM blocks WHERE user_id = ${other} AND blocked_id = ${user}) AS "isBlocked"
    FROM (SELECT) AS one
    LEFT JOIN edges AS granted ON granted.viewer_id = ${other} AND granted.subject_id = ${user}
    LEFT JOIN friend_requests AS incoming ON incoming.from_id = ${other} AND incoming.to_id = ${user}
    LEFT JOIN friend_requests AS outgoing ON outgoing.from_id = ${user} AND outgoing.to_id = ${other}`;
  const { friends, blocks, isBlocked } = row;
  return {
    ...{ friends, blocks, isBlocked },
    granted: toGrant(row.grantedPrecision, row.grantedUntil),
    incoming: toRequest(row.incoming, toGrant(row.incomingPrecision, row.incomingUntil)),
    outgoing: toRequest(row.outgoing, toGrant(row.outgoingPrecision, row.outgoingUntil)),
  };
}

function toGrant(precision: Precision | null, until: Date | null): Grant | null {
  return precision && { precision, until: until?.getTime() ?? null };
}

function toRequest(isSuppressed: boolean | null, choice: Grant | null): OpenRequest | null {
  return isSuppressed === null || choice === null ? null : { isSuppressed, choice };
}
