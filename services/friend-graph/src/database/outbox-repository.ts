/** Moves rows out of the outbox, on one replica at a time. */
import { type GraphEvent, graphEventCodec } from '@nearby-friends/protocol';
import { asDatabaseFailure } from './as-database-failure.ts';
import type { DatabaseClient, TransactionClient } from './database-client.ts';
import type { DatabaseEpochs, EpochState, RelayMark } from './database-epochs.ts';
import { GraphTransaction } from './graph-transaction.ts';

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
  /** Only another replica may know whether the database was restored; nothing was moved. */
  | { readonly kind: 'unknown' }
  /** The database was restored from a backup: an epoch has begun, which the next move announces. */
  | { readonly kind: 'restored' }
  /** `count` rows were moved; fewer than {@link MAX_ROWS_PER_MOVE} means that the outbox is empty. */
  | { readonly kind: 'moved'; readonly count: number };

/** Where rows are moved to. */
export interface OutboxTarget {
  append(payloads: readonly Buffer[]): Promise<void>;
  /** A text that outlives this process, and the database. */
  mark(): Promise<string | null>;
  replaceMark(previous: string | null, next: string): Promise<void>;
}

interface Backlog {
  readonly rows: number;
  /** Age of the oldest row, s; 0 if there is none. */
  readonly oldestSeconds: number;
  /** Whether a move is due although there may be no row: this process does not know the past of the database. */
  readonly isPastUnknown: boolean;
}

export class OutboxRepository {
  readonly #client: DatabaseClient;

  readonly #epochs: DatabaseEpochs;

  constructor(options: { client: DatabaseClient; epochs: DatabaseEpochs }) {
    this.#client = options.client;
    this.#epochs = options.epochs;
  }

  /**
   * Appends the oldest rows to `target`, in order, and deletes them once it has them; if it rejects they stay. If the
   * process dies in between they are appended again: at-least-once. A new epoch goes before them. `mayDoubt`: begin one also
   * when it is unknown whether the database was restored.
   */
  async move(target: OutboxTarget, { mayDoubt = false } = {}): Promise<MoveOutcome> {
    let confirmed: EpochState | null = null;
    try {
      const outcome = await this.#client.$transaction(async (client): Promise<MoveOutcome> => {
        // Raw: Prisma has neither advisory locks nor settings of a transaction.
        const [lock] = await client.$queryRaw<[{ isAcquired: boolean }]>`
          SELECT pg_try_advisory_xact_lock(${RELAY_LOCK_KEY}::bigint) AS "isAcquired",
                 set_config('idle_in_transaction_session_timeout', ${String(MAX_IDLE_IN_MOVE_MS)}, true)`;
        if (!lock.isAcquired) return { kind: 'busy' };
        // Before the database: a change that the mark names was committed before it was appended.
        const text = await target.mark();
        const mark = readMark(text);
        const state = await this.#epochs.read(client);
        const past = await this.#epochs.comparePast(client, state, mark);
        if (past === 'unknown' && !mayDoubt) return { kind: 'unknown' };
        if (past !== 'same') {
          await this.#epochs.begin(client, state, mark);
          return { kind: 'restored' };
        }
        const rows = await client.outboxRow.findMany({
          orderBy: { id: 'asc' },
          take: MAX_ROWS_PER_MOVE,
          select: { id: true, event: true, token: true },
        });
        // Only `GraphTransaction.appendEvents` and the import write events.
        const changes = rows.map(({ event }) => event as unknown as GraphEvent);
        const events = state.isAnnounced ? changes : [await epochBegan(client, state), ...changes];
        // A new epoch without changes is named by itself.
        const token = rows.at(-1)?.token ?? (state.isAnnounced ? state.relayed : state.id);
        if (events.length > 0) await target.append(events.map((event) => graphEventCodec.encode(event)));
        if (token !== null && token !== mark?.token) {
          const version = Math.max(mark?.version ?? 0, ...events.map((event) => event.version));
          await target.replaceMark(text, `${token} ${version} ${state.began}`);
        }
        confirmed = state;
        if (events.length > 0 && token !== null) {
          confirmed = await this.#epochs.markRelayed(client, state, token);
          // By id: a row with a lower id may have been committed meanwhile.
          await client.outboxRow.deleteMany({ where: { id: { in: rows.map(({ id }) => id) } } });
        }
        return { kind: 'moved', count: rows.length };
      }, LIMITS);
      if (confirmed) this.#epochs.confirm(confirmed);
      return outcome;
    } catch (error) {
      throw asDatabaseFailure(error);
    }
  }

  /** Whether `target` remembers the last move that this process knows of; otherwise the next move reminds it. */
  async isRemembered(target: Pick<OutboxTarget, 'mark'>): Promise<boolean> {
    return this.#epochs.isKnownMark(readMark(await target.mark()));
  }

  async backlog(): Promise<Backlog> {
    // Raw: the age is measured by the clock of the database, which also stamped the rows.
    const state = await this.#epochs.read();
    const [row] = await this.#client.$queryRaw<[{ rows: number; age: number }]>`
      SELECT count(*)::int AS rows,
             coalesce(extract(epoch FROM clock_timestamp() - min(created_at)), 0)::float8 AS age
      FROM (SELECT created_at FROM outbox ORDER BY id LIMIT ${MAX_COUNTED_ROWS}) AS oldest`;
    const isPastUnknown = !state.isAnnounced || !this.#epochs.isKnown(state);
    return { rows: row.rows, oldestSeconds: Math.max(0, row.age), isPastUnknown };
  }
}

async function epochBegan(client: TransactionClient, { id, began }: EpochState): Promise<GraphEvent> {
  const version = await new GraphTransaction(client).nextVersion();
  return { kind: 'epoch', version, epoch: { id, began } };
}

const MARK = /^([0-9a-f-]{36}) (\d{1,16}) (\d{1,16})$/;

/** A mark that this build cannot read is no proof of the past. */
function readMark(text: string | null): RelayMark | null {
  const [, token, version, began] = MARK.exec(text ?? '') ?? [];
  return token === undefined ? null : { token, version: Number(version), began: Number(began) };
}
