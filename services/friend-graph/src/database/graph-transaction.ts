/** One change of the graph: the change and the events that describe it are committed together or not at all. */
import { CodedError, type GraphEvent, type UserId } from '@nearby-friends/protocol';
import { asDatabaseFailure, isWriteConflict } from './as-database-failure.ts';
import type { DatabaseClient, TransactionClient } from './database-client.ts';

/** Of two changes in a deadlock PostgreSQL aborts one, which then succeeds at its next attempt. */
const MAX_ATTEMPTS = 4;
/** Maximum wait for a free connection and maximum duration of the transaction, ms. */
const LIMITS = { maxWait: 5_000, timeout: 10_000 };

export class GraphTransactions {
  readonly #client: DatabaseClient;

  constructor(options: { client: DatabaseClient }) {
    this.#client = options.client;
  }

  /**
   * Runs `work` in a transaction and returns its result; restarts it after a deadlock. Rejects with what `work` throws,
   * or with a `CodedError` `unavailable` while PostgreSQL is unavailable. In that case the outcome is unknown, and
   * repeating the same call settles it.
   */
  async run<T>(work: (transaction: GraphTransaction) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#client.$transaction((client) => work(new GraphTransaction(client)), LIMITS);
      } catch (error) {
        if (attempt < MAX_ATTEMPTS && isWriteConflict(error)) continue;
        throw asDatabaseFailure(error);
      }
    }
  }
}

export class GraphTransaction {
  /** Only repositories use it. */
  readonly client: TransactionClient;

  constructor(client: TransactionClient) {
    this.client = client;
  }

  /**
   * Locks both users until the transaction ends: no other transaction changes the relation of `user` and `other` or the
   * number of friends of either. Locks in the order of ids, so that two calls never deadlock. `other` may not exist.
   * `user` must exist in a committed transaction, so that of two users who meet for the first time one sees the other.
   */
  async lockPair(user: UserId, other: UserId): Promise<void> {
    // Raw: Prisma has no row locks.
    const rows = await this.client.$queryRaw<{ id: string }[]>`
      SELECT id FROM users WHERE id IN (${user}, ${other}) ORDER BY id FOR NO KEY UPDATE`;
    if (!rows.some(({ id }) => id === user)) throw erasedConcurrently();
  }

  /** Prevents erasure of the existing user until the transaction ends; blocks nothing else. */
  async lockAgainstErasure(user: UserId): Promise<void> {
    // Raw: Prisma has no row locks.
    const [row] = await this.client.$queryRaw<object[]>`SELECT FROM users WHERE id = ${user} FOR KEY SHARE`;
    if (!row) throw erasedConcurrently();
  }

  /** Blocks every other change that involves the user until the transaction ends. The user may not exist. */
  async lockForErasure(user: UserId): Promise<void> {
    // Raw: Prisma has no row locks.
    await this.client.$queryRaw`SELECT FROM users WHERE id = ${user} FOR UPDATE`;
  }

  /** Call it after everything the change touches is locked and everything it deletes is deleted. */
  async nextVersion(): Promise<number> {
    // Raw: Prisma has no sequences.
    const [row] = await this.client.$queryRaw<{ version: bigint }[]>`SELECT nextval('graph_version') AS version`;
    // 2^53 versions last 285 years at one million changes per second.
    return Number(row?.version);
  }

  /** Appends the events to the outbox in this order. */
  async appendEvents(events: readonly GraphEvent[]): Promise<void> {
    if (events.length === 0) return;
    // Raw: PostgreSQL stamps the time from which the backlog is measured; Prisma would take it from this process.
    await this.client.$executeRaw`
      INSERT INTO outbox (event)
      SELECT event FROM jsonb_array_elements(${JSON.stringify(events)}::jsonb) WITH ORDINALITY AS given (event, place)
      ORDER BY place`;
  }
}

function erasedConcurrently(): CodedError {
  return new CodedError('unavailable', 'The account is being erased. Try again in a moment.');
}
