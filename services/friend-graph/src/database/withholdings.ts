/** Reads and writes until when positions of a subject were withheld from a viewer, which holds after the restriction. */
import { type Grant, isGranted, type UserId } from '@nearby-friends/protocol';
import type { DatabaseClient } from './database-client.ts';
import type { GraphTransaction } from './graph-transaction.ts';

/**
 * Added to the time of a widening, ms: the gateways that stamp positions and this process each know Redis' clock with an
 * error far below this. In doubt a position counts as withheld.
 */
export const CLOCK_MARGIN_MS = 50;
/** The maximum of POSITION_TTL_SECONDS: no position is older. */
export const MAX_POSITION_AGE_MS = 86_400_000;

export interface EdgeEnds {
  readonly viewer: UserId;
  readonly subject: UserId;
}

/** See `Grant`; ms on Redis' clock. */
export interface Withholding {
  readonly shownFrom: number;
  readonly exactFrom: number;
}

interface Row extends EdgeEnds {
  readonly shownFrom: bigint;
  readonly exactFrom: bigint;
}

/** Changes require that the edge, or both users, are locked. */
export class Withholdings {
  readonly #client: DatabaseClient;
  readonly #redisNow: () => number;

  constructor(options: { client: DatabaseClient; redisNow: () => number }) {
    this.#client = options.client;
    this.#redisNow = options.redisNow;
  }

  /** The time before which a position counts as received before a change that is made now. */
  boundary(): number {
    return this.#redisNow() + CLOCK_MARGIN_MS;
  }

  /** What was withheld of the subjects from the viewers; a pair of whom nothing was is absent. */
  async read({ client }: GraphTransaction, edges: readonly EdgeEnds[]): Promise<(EdgeEnds & Withholding)[]> {
    if (edges.length === 0) return [];
    const pairs = edges.map(({ viewer, subject }) => ({ viewerId: viewer, subjectId: subject }));
    const rows = await client.withholding.findMany({ where: { OR: pairs } });
    return rows.map(toWithholding);
  }

  /** What is withheld of the subject, and from whom, in the order of ids. Not for a viewer, who must not know it. */
  async withheldBy(subject: UserId): Promise<(EdgeEnds & Withholding)[]> {
    const rows = await this.#client.withholding.findMany({
      where: { subjectId: subject },
      orderBy: { viewerId: 'asc' },
    });
    return rows.map(toWithholding);
  }

  /**
   * Records what a grant withholds that ends or changes now; null: a block. Returns the state afterwards, null if nothing
   * was ever withheld.
   */
  async record(transaction: GraphTransaction, edge: EdgeEnds, ending: Grant | null): Promise<Withholding | null> {
    const boundary = this.boundary();
    const isShown = ending !== null && isGranted(ending, boundary);
    if (isShown && ending.precision === 'exact') return (await this.read(transaction, [edge]))[0] ?? null;
    const { viewer, subject } = edge;
    // Raw: a Prisma upsert cannot keep the greater of the stored and the new value in one statement.
    const [row] = await transaction.client.$queryRaw<[Row]>`
      INSERT INTO withholdings (viewer_id, subject_id, shown_from, exact_from)
      VALUES (${viewer}, ${subject}, ${isShown ? 0 : boundary}::bigint, ${boundary}::bigint)
      ON CONFLICT (viewer_id, subject_id) DO UPDATE
      SET shown_from = greatest(withholdings.shown_from, excluded.shown_from),
          exact_from = greatest(withholdings.exact_from, excluded.exact_from)
      RETURNING shown_from AS "shownFrom", exact_from AS "exactFrom"`;
    return { shownFrom: Number(row.shownFrom), exactFrom: Number(row.exactFrom) };
  }

  /** For a user who is erased. */
  async eraseAllOf({ client }: GraphTransaction, user: UserId): Promise<void> {
    await client.withholding.deleteMany({ where: { OR: [{ viewerId: user }, { subjectId: user }] } });
  }

  /** Deletes what concerns no position any more. */
  async purge(): Promise<void> {
    const oldest = Math.floor(this.#redisNow() - MAX_POSITION_AGE_MS);
    await this.#client.withholding.deleteMany({ where: { exactFrom: { lt: oldest } } });
  }
}

function toWithholding(row: { viewerId: string; subjectId: string; shownFrom: bigint; exactFrom: bigint }) {
  return {
    viewer: row.viewerId as UserId,
    subject: row.subjectId as UserId,
    shownFrom: Number(row.shownFrom),
    exactFrom: Number(row.exactFrom),
  };
}
