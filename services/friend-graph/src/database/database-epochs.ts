/** Which past of the database the gateways rely on: begins a new epoch when the database was restored from a backup. */
import type { GraphEpoch } from '@nearby-friends/protocol';
import type { DatabaseClient, TransactionClient } from './database-client.ts';

const ROW_ID = 1;

/** What Redis remembers of the database: the last relayed change. */
export interface RelayMark {
  readonly token: string;
  /** The version of that change. */
  readonly version: number;
  /** When the epoch began in which it was relayed. */
  readonly began: number;
}

export interface EpochState extends GraphEpoch {
  /** Whether the gateways have been told of the epoch. */
  readonly isAnnounced: boolean;
  /** Token of the last relayed change; null: none was. */
  readonly relayed: string | null;
  /** Number of relays; it only grows. */
  readonly relays: bigint;
}

/**
 * How the database follows from what was relayed. `unknown`: Redis has lost its memory, and this process has not seen the
 * last relay; one that has leaves the mark again.
 */
export type Past = 'same' | 'other' | 'unknown';

export class DatabaseEpochs {
  readonly #client: DatabaseClient;
  readonly #boundary: () => number;
  /** The state that this process has last seen to follow from the past it knows. */
  #known: EpochState | null = null;

  /** `boundary`: a time after that of every position received until now, ms on Redis' clock. */
  constructor(options: { client: DatabaseClient; boundary: () => number }) {
    this.#client = options.client;
    this.#boundary = options.boundary;
  }

  async read(client: TransactionClient = this.#client): Promise<EpochState> {
    const row = await client.databaseEpoch.findUniqueOrThrow({ where: { id: ROW_ID } });
    const { epoch, began, isAnnounced, relayed, relays } = row;
    return { id: epoch, began: Number(began), isAnnounced, relayed, relays };
  }

  /** Whether the state is the one last confirmed here: then nothing was relayed by others, and nothing undone, since. */
  isKnown({ id, relayed }: EpochState): boolean {
    return this.#known?.id === id && this.#known.relayed === relayed;
  }

  /** The state follows from the past: call it once that is committed. */
  confirm(state: EpochState): void {
    this.#known = state;
  }

  /** Whether `mark` names the last relayed change, as far as this process knows. */
  isKnownMark(mark: RelayMark | null): boolean {
    return (this.#known?.relayed ?? null) === (mark?.token ?? null);
  }

  /**
   * Whether the database holds everything that was relayed. A relay that died between its append and its commit has left
   * the mark ahead of the database, which then still has that change in the outbox. Without a mark only a process that has
   * watched the database can tell; it also knows better than a Redis that was restored with the database. Other relays must
   * be locked out.
   */
  async comparePast(client: TransactionClient, state: EpochState, mark: RelayMark | null): Promise<Past> {
    if (this.#isRewound(state)) return 'other';
    if (this.isKnown(state) || state.relayed === (mark?.token ?? null)) return 'same';
    if (mark === null) return 'unknown';
    return (await client.outboxRow.count({ where: { token: mark.token } })) > 0 ? 'same' : 'other';
  }

  /** Whether relays are missing that this process has seen, even if as many others have come since. */
  #isRewound({ id, relayed, relays }: EpochState): boolean {
    const known = this.#known;
    if (known?.id !== id) return false;
    return relays < known.relays || (relays === known.relays && relayed !== known.relayed);
  }

  /**
   * Begins an epoch, which the next move announces; it continues from what Redis remembers. Its versions are higher than all
   * that gateways may have heard, and its beginning is later than that of every epoch before, as far as Redis remembers.
   */
  async begin(client: TransactionClient, state: EpochState, mark: RelayMark | null): Promise<void> {
    const began = Math.max(this.#boundary(), state.began + 1, (mark?.began ?? 0) + 1);
    // Raw: Prisma has no sequences.
    await client.$queryRaw`
      SELECT setval('graph_version', greatest((SELECT last_value FROM graph_version), ${mark?.version ?? 0}::bigint) + 1)`;
    await client.$executeRaw`
      UPDATE database_epoch
      SET epoch = gen_random_uuid(), began = ${began}::bigint, is_announced = false, relayed = ${mark?.token ?? null}::uuid
      WHERE id = ${ROW_ID}`;
  }

  /** Everything up to `token` is relayed, and the epoch is announced. */
  async markRelayed(client: TransactionClient, state: EpochState, token: string): Promise<EpochState> {
    const relays = state.relays + 1n;
    await client.databaseEpoch.update({ where: { id: ROW_ID }, data: { relayed: token, relays, isAnnounced: true } });
    return { ...state, relayed: token, relays, isAnnounced: true };
  }
}
