/** One change of the graph: what it does is committed together with the events that tell of it, or not at all. */
import { CodedError, type GraphEvent, type UserId } from '@nearby-friends/protocol';
import { asDatabaseFailure, isWriteConflict } from './as-database-failure.ts';
import type { DatabaseClient, TransactionClient } from './database-client.ts';

/** Two changes may hold what the other needs; PostgreSQL ends one of them, which then succeeds at once. */
const MAX_ATTEMPTS = 4;
/** How long to wait for a free connection, and how long everything together may take, ms. */
const LIMITS = { maxWait: 5_000, timeout: 10_000 };

export class GraphTransactions {
  readonly #client: DatabaseClient;

  constructor(options: { client: DatabaseClient }) {
    this.#client = options.client;
  }

  /**
   * Runs `work` in a transaction, again from the start after a deadlock, and answers what it returned. Rejects with
   * what `work` throws, or with a `CodedError` `unavailable` while PostgreSQL is away: then it is not known whether the
   * change was made, and the same call again settles it.
   */
  async run<T>(work: (transaction: GraphTransaction) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#client.$transaction((sql) => work(new GraphTransaction(sql)), LIMITS);
      } catch (error) {
        if (attempt < MAX_ATTEMPTS && isWriteConflict(error)) continue;
        throw asDatabaseFailure(error);
      }
    }
  }
}

export class GraphTransaction {
  /** For the tables' own statements. */
  readonly sql: TransactionClient;

  constructor(sql: TransactionClient) {
    this.sql = sql;
  }

  /**
   * Until the transaction ends nobody else changes what is between `user` and `other`, nor how many friends either has.
   * Always in the order of ids, so that two of them never wait for each other. `other` may be nobody; `user` must have
   * been made, and that must be committed, so that of two who meet for the first time one sees the other.
   */
  async lockPair(user: UserId, other: UserId): Promise<void> {
    const rows = await this.sql.$queryRaw<{ id: string }[]>`
      SELECT id FROM users WHERE id IN (${user}, ${other}) ORDER BY id FOR NO KEY UPDATE`;
    if (!rows.some(({ id }) => id === user)) throw erasedMeanwhile();
  }

  /** Until the transaction ends the user, who must have been made, is not erased; nothing else waits for it. */
  async holdUser(user: UserId): Promise<void> {
    const [row] = await this.sql.$queryRaw<object[]>`SELECT FROM users WHERE id = ${user} FOR KEY SHARE`;
    if (!row) throw erasedMeanwhile();
  }

  /** To be called when everything that the change touches is locked, and what it deletes is deleted. */
  async nextVersion(): Promise<number> {
    const [row] = await this.sql.$queryRaw<{ version: bigint }[]>`SELECT nextval('graph_version') AS version`;
    // A number holds 2^53: a million changes per second for 285 years.
    return Number(row?.version);
  }

  /** Puts the events into the outbox, in this order. */
  async tell(events: readonly GraphEvent[]): Promise<void> {
    if (events.length === 0) return;
    await this.sql.$executeRaw`
      INSERT INTO outbox (event)
      SELECT event FROM jsonb_array_elements(${JSON.stringify(events)}::jsonb) WITH ORDINALITY AS told (event, place)
      ORDER BY place`;
  }
}

function erasedMeanwhile(): CodedError {
  return new CodedError('unavailable', 'The account is being erased just now. Try again in a moment.');
}
