/** Reads and writes whom a user blocks. */
import type { UserId } from '@nearby-friends/protocol';
import type { DatabaseClient } from './database-client.ts';
import { BEFORE_ALL, type Page, type PageRequest, toPage } from './friend-list-repository.ts';
import type { GraphTransaction } from './graph-transaction.ts';

/** Without a name: any id may be blocked, and a name would tell who exists. */
export interface ListedBlock {
  readonly id: UserId;
  readonly since: Date;
}

export class BlockRepository {
  readonly #client: DatabaseClient;

  constructor(options: { client: DatabaseClient }) {
    this.#client = options.client;
  }

  async blocksOf(user: UserId, { after, limit }: PageRequest): Promise<Page<ListedBlock>> {
    const rows = await this.#client.block.findMany({
      where: { userId: user, blockedId: { gt: after ?? BEFORE_ALL } },
      orderBy: { blockedId: 'asc' },
      take: limit + 1,
      select: { blockedId: true, since: true },
    });
    return toPage(
      rows.map(({ blockedId, since }) => ({ id: blockedId as UserId, since })),
      limit,
    );
  }
}

/** The users must be locked. */
export async function addBlock({ sql }: GraphTransaction, user: UserId, other: UserId): Promise<void> {
  await sql.$executeRaw`INSERT INTO blocks (user_id, blocked_id) VALUES (${user}, ${other})`;
}

export async function removeBlock({ sql }: GraphTransaction, user: UserId, other: UserId): Promise<void> {
  await sql.$executeRaw`DELETE FROM blocks WHERE user_id = ${user} AND blocked_id = ${other}`;
}

export async function countBlocks({ sql }: GraphTransaction, user: UserId): Promise<number> {
  return await sql.block.count({ where: { userId: user } });
}
