/** Moves rows out of the outbox, on one replica at a time. */
import { type GraphEvent, graphEventCodec } from '@nearby-friends/protocol';
import { asDatabaseFailure } from './as-database-failure.ts';
import type { DatabaseClient } from './database-client.ts';

/** Any number that no other advisory lock in this database uses. */
const RELAY_LOCK_KEY = 81_125_004;
export const MAX_ROWS_PER_MOVE = 500;
/** A replica that freezes during a move loses its lock after this time, and another one continues, ms. */
const MAX_IDLE_IN_MOVE_MS = 5_000;
const LIMITS = { maxWait: 5_000, timeout: 10_000 };
/** A larger backlog is reported as this number. */
const MAX_COUNTED_ROWS = 10_000;

type MoveOutcome =
  /** Another replica is moving rows. */
  | { readonly kind: 'busy' }
  /** `count` rows were moved; fewer than {@link MAX_ROWS_PER_MOVE} means that the outbox is empty. */
  | { readonly kind: 'moved'; readonly count: number };

interface Backlog {
  readonly rows: number;
  /** Age of the oldest row, s; 0 if there is none. */
  readonly oldestSeconds: number;
}

export class OutboxRepository {
  readonly #client: DatabaseClient;

  constructor(options: { client: DatabaseClient }) {
    this.#client = options.client;
  }

  /**
   * Passes the oldest rows to `append`, in order, and deletes them once it has resolved; if it rejects they stay. If the
   * process dies in between they are passed again: at-least-once.
   */
  async move(append: (payloads: readonly Buffer[]) => Promise<void>): Promise<MoveOutcome> {
    try {
      return await this.#client.$transaction(async (client) => {
        // Raw: Prisma has neither advisory locks nor settings of a transaction.
        const [lock] = await client.$queryRaw<[{ isAcquired: boolean }]>`
          SELECT pg_try_advisory_xact_lock(${RELAY_LOCK_KEY}::bigint) AS "isAcquired",
                 set_config('idle_in_transaction_session_timeout', ${String(MAX_IDLE_IN_MOVE_MS)}, true)`;
        if (!lock.isAcquired) return { kind: 'busy' };
        const rows = await client.outboxRow.findMany({
          orderBy: { id: 'asc' },
          take: MAX_ROWS_PER_MOVE,
          select: { id: true, event: true },
        });
        if (rows.length > 0) {
          // Only `GraphTransaction.appendEvents` and the import write events.
          await append(rows.map(({ event }) => graphEventCodec.encode(event as unknown as GraphEvent)));
          // By id: a row with a lower id may have been committed meanwhile.
          await client.outboxRow.deleteMany({ where: { id: { in: rows.map(({ id }) => id) } } });
        }
        return { kind: 'moved', count: rows.length };
      }, LIMITS);
    } catch (error) {
      throw asDatabaseFailure(error);
    }
  }

  async backlog(): Promise<Backlog> {
    // Raw: the age is measured by the clock of the database, which also stamped the rows.
    const [row] = await this.#client.$queryRaw<[{ rows: number; age: number }]>`
      SELECT count(*)::int AS rows,
             coalesce(extract(epoch FROM clock_timestamp() - min(created_at)), 0)::float8 AS age
      FROM (SELECT created_at FROM outbox ORDER BY id LIMIT ${MAX_COUNTED_ROWS}) AS oldest`;
    return { rows: row.rows, oldestSeconds: Math.max(0, row.age) };
  }
}
