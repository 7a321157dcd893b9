/** Reads and writes whom a user blocks. */
import type { UserId } from '@nearby-friends/protocol';
import type { DatabaseClient } from './database-client.ts';
import type { GraphTransaction } from './graph-transaction.ts';
import { BEFORE_ALL_IDS, type Page, type PageRequest, toPage } from './page.ts';

/** Without a name: any id may be blocked, and a name would reveal which users exist. */
export interface ListedBlock {
  readonly id: UserId;
  readonly since: Date;
}

/** Changes require that the pair is locked. */
export class BlockRepository {
  readonly #client: DatabaseClient;

  constructor(options: { client: DatabaseClient }) {
    this.#client = options.client;
  }

  async blocksOf(user: UserId, { after, limit }: PageRequest): Promise<Page<ListedBlock>> {
    const rows = await this.#client.block.findMany({
      where: { userId: user, blockedId: { gt: after ?? BEFORE_ALL_IDS } },
      orderBy: { blockedId: 'asc' },
      take: limit + 1,
      select: { blockedId: true, since: true },
    });
    return toPage(
      rows.map(({ blockedId, since }) => ({ id: blockedId as UserId, since })),
      limit,
    );
  }

  async count({ client }: GraphTransaction, user: UserId): Promise<number> {
    return await client.block.count({ where: { userId: user } });
  }

  async add({ client }: GraphTransaction, user: UserId, blocked: UserId): Promise<void> {
    // Raw: PostgreSQL stamps `since`; Prisma would take `@default(now())` from the clock of this process.
    await client.$executeRaw`INSERT INTO blocks (user_id, blocked_id) VALUES (${user}, ${blocked})`;
  }

  /** Returns whether there was such a block. */
  async remove({ client }: GraphTransaction, user: UserId, blocked: UserId): Promise<boolean> {
    const { count } = await client.block.deleteMany({ where: { userId: user, blockedId: blocked } });
    return count > 0;
  }
}
