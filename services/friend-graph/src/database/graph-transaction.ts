/** One change of the graph: the change and the events that describe it are committed together or not at all. */
import type { GraphEvent, UserId } from '@nearby-friends/protocol';
import { accountErased } from './account-erased.ts';
import { asDatabaseFailure, isWriteConflict } from './as-database-failure.ts';
import type { DatabaseClient, TransactionClient } from './database-client.ts';
import { IMPORT_LOCK } from './import-lock.ts';

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
   * repeating the same call settles it. With read committed, PostgreSQL's default, each statement sees what was committed
   * before it began: what is read after a lock is not older than the lock.
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
   * Locks the relation of `user` and `other`, who may not exist, and the number of requests, blocks and friends of `user`,
   * until the transaction ends. The relation is locked by the names of the pair: that is the same work for every `other`
   * and waits only for changes between these two, so that no waiting time reveals whether `other` exists or what it does.
   */
  async lockPair(user: UserId, other: UserId): Promise<void> {
    const pair = user < other ? `${user} ${other}` : `${other} ${user}`;
    // Raw: Prisma has no locks.
    await this.client.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${pair}, 0))`;
    if (!(await this.lockUser(user))) throw accountErased();
  }

  /**
   * Locks the number of friends of the user until the transaction ends; returns whether the user exists. Only for the caller,
   * or for one who has asked the caller: an id that a stranger chose must not be locked. Three users who accept each other in a
   * circle at once may deadlock, which {@link GraphTransactions.run} resolves.
   */
  async lockUser(user: UserId): Promise<boolean> {
    // Raw: Prisma has no row locks.
    const [row] = await this.client.$queryRaw<object[]>`SELECT FROM users WHERE id = ${user} FOR NO KEY UPDATE`;
    return row !== undefined;
  }

  /**
   * Locks which devices the user, who may not exist, has registered, until the transaction ends: their number, and that none is
   * registered while a sign-out deletes them. Lock it before the user.
   */
  async lockDevices(user: UserId): Promise<void> {
    // Raw: Prisma has no locks. Another seed than for pairs and erasures, which do not wait for it.
    await this.client.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${user}, 1))`;
  }

  /** Prevents erasure of the existing user until the transaction ends; blocks nothing else. */
  async lockAgainstErasure(user: UserId): Promise<void> {
    // Raw: Prisma has no row locks.
    const [row] = await this.client.$queryRaw<object[]>`SELECT FROM users WHERE id = ${user} FOR KEY SHARE`;
    if (!row) throw accountErased();
  }

  /** Blocks every other change that involves the user, who may not exist, and its creation, until the transaction ends. */
  async lockForErasure(user: UserId): Promise<void> {
    const [group, key] = IMPORT_LOCK;
    // Raw: Prisma has no locks. An import takes too many users for a lock on each name, so that its lock comes first.
    await this.client.$executeRaw`SELECT pg_advisory_xact_lock_shared(${group}::int, ${key}::int)`;
    await this.client.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${user}, 0))`;
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
