/** Finds the grants and pauses that have ended by themselves since the last look, once for all replicas. */
import type { UserId } from '@nearby-friends/protocol';
import type { GraphTransaction } from './graph-transaction.ts';

/** Users whose own settings have ended; a user may have several grants that did. */
export interface EndedRights {
  /** Whose pause, or whose time of sharing, has ended. */
  readonly sharing: readonly UserId[];
  /** Who granted something to a viewer that has ended. */
  readonly viewers: readonly UserId[];
}

interface Claim {
  readonly after: Date;
  readonly upTo: Date;
}

/** After a longer pause of all replicas, or a restored database, older ends are no news: devices read again when they connect. */
const MAX_LOOK_BACK_MS = 600_000;
/** More users in one look are not notified. */
const MAX_USERS = 10_000;

export class EndedRightsRepository {
  /** Looks at the time since the last call of any replica; null if another replica has just done so. */
  async takeNew({ client }: GraphTransaction, minIntervalMs: number): Promise<EndedRights | null> {
    // Raw: Prisma has no SKIP LOCKED, and all times are from the clock of the database.
    const [claim] = await client.$queryRaw<Claim[]>`
      UPDATE ended_rights_look SET looked_at = before.now
      FROM (
        SELECT id, looked_at, clock_timestamp()::timestamptz(3) AS now FROM ended_rights_look
        WHERE looked_at <= clock_timestamp() - make_interval(secs => ${minIntervalMs}::float8 / 1000)
        FOR UPDATE SKIP LOCKED
      ) AS before
      WHERE ended_rights_look.id = before.id
      RETURNING before.looked_at AS after, before.now AS "upTo"`;
    if (!claim) return null;
    const { upTo } = claim;
    const after = new Date(Math.max(claim.after.getTime(), upTo.getTime() - MAX_LOOK_BACK_MS));
    // Raw: distinct users from the partial indexes on `until`, which Prisma does not know.
    const sharing = await client.$queryRaw<{ id: UserId }[]>`
      SELECT user_id AS id FROM sharing WHERE until > ${after}::timestamptz AND until <= ${upTo}::timestamptz LIMIT ${MAX_USERS}`;
    const viewers = await client.$queryRaw<{ id: UserId }[]>`
      SELECT DISTINCT subject_id AS id FROM edges WHERE until > ${after}::timestamptz AND until <= ${upTo}::timestamptz LIMIT ${MAX_USERS}`;
    return { sharing: sharing.map(({ id }) => id), viewers: viewers.map(({ id }) => id) };
  }
}
