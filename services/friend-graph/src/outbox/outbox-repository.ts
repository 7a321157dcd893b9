/** Moves rows out of the outbox, one mover at a time over all replicas. */
import { type GraphEvent, graphEventCodec } from '@nearby-friends/protocol';
import { asDatabaseFailure } from '../database/as-database-failure.ts';
import type { DatabaseClient } from '../database/database-client.ts';

/** Any number that nothing else in this database locks. */
const RELAY_LOCK_KEY = 81_125_004;
export const MAX_ROWS_AT_ONCE = 500;
/** A mover that is frozen in the middle loses its lock after this time, and another one goes on, ms. */
const MAX_PAUSE_MS = 5_000;
const LIMITS = { maxWait: 5_000, timeout: 10_000 };
/** Counting stops there: more only says "very many". */
const COUNTED_ROWS = 10_000;

interface Row {
  readonly id: bigint;
  readonly event: GraphEvent;
}

export type MoveOutcome =
  /** Another replica is moving rows. */
  | { readonly kind: 'busy' }
  /** So many were moved; with fewer than {@link MAX_ROWS_AT_ONCE}, these were all there were. */
  | { readonly kind: 'moved'; readonly count: number };

export interface Backlog {
  readonly rows: number;
  /** Age of the oldest row, s; 0 when there is none. */
  readonly oldestSeconds: number;
}

export class OutboxRepository {
  readonly #client: DatabaseClient;

  constructor(options: { client: DatabaseClient }) {
    this.#client = options.client;
  }

  /**
   * Hands the oldest rows to `append`, in order, and deletes them once it has resolved; when it rejects they stay. Dies
   * this process in between, they are handed over again: at least once.
   */
  async move(append: (payloads: readonly Buffer[]) => Promise<void>): Promise<MoveOutcome> {
    try {
      return await this.#client.$transaction(async (sql) => {
        const [lock] = await sql.$queryRaw<[{ mine: boolean }]>`
          SELECT pg_try_advisory_xact_lock(${RELAY_LOCK_KEY}::bigint) AS mine,
                 set_config('idle_in_transaction_session_timeout', ${String(MAX_PAUSE_MS)}, true)`;
        if (!lock.mine) return { kind: 'busy' };
        const rows = await sql.$queryRaw<Row[]>`
          SELECT id, event FROM outbox ORDER BY id LIMIT ${MAX_ROWS_AT_ONCE}`;
        if (rows.length > 0) {
          await append(rows.map(({ event }) => graphEventCodec.encode(event)));
          // These and no others: a row with a lower id may have been committed meanwhile.
          const ids = rows.map(({ id }) => String(id));
          await sql.$executeRaw`DELETE FROM outbox WHERE id = ANY(${ids}::bigint[])`;
        }
        return { kind: 'moved', count: rows.length };
      }, LIMITS);
    } catch (error) {
      throw asDatabaseFailure(error);
    }
  }

  async backlog(): Promise<Backlog> {
    const [row] = await this.#client.$queryRaw<[{ rows: number; age: number }]>`
      SELECT count(*)::int AS rows,
             coalesce(extract(epoch FROM clock_timestamp() - min(created_at)), 0)::float8 AS age
      FROM (SELECT created_at FROM outbox ORDER BY id LIMIT ${COUNTED_ROWS}) AS oldest`;
    return { rows: row.rows, oldestSeconds: Math.max(0, row.age) };
  }
}
