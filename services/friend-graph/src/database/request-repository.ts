/** Reads and writes friend requests. */
import type { Grant, Precision, UserId } from '@nearby-friends/protocol';
import type { DatabaseClient } from './database-client.ts';
import { toDate } from './edge-repository.ts';
import type { GraphTransaction } from './graph-transaction.ts';

interface IncomingRequest {
  readonly id: UserId;
  readonly displayName: string;
  readonly since: Date;
}
/** Without a name: a request would otherwise reveal which users exist. */
export interface OutgoingRequest {
  readonly id: UserId;
  readonly since: Date;
  /** What the user grants the recipient once it accepts. */
  readonly precision: Precision;
  readonly until: Date | null;
}
export interface RequestLists {
  readonly incoming: IncomingRequest[];
  readonly outgoing: OutgoingRequest[];
}

/** Changes require that the pair is locked. */
export class RequestRepository {
  readonly #client: DatabaseClient;

  constructor(options: { client: DatabaseClient }) {
    this.#client = options.client;
  }

  /** As the user may see them, newest first, at most `limit` in each direction, or all. */
  async listsOf(user: UserId, limit?: number): Promise<RequestLists> {
    const page = limit === undefined ? {} : { take: limit };
    const [incoming, outgoing] = await Promise.all([
      this.#client.friendRequest.findMany({
        where: { toId: user, suppressed: false },
        orderBy: [{ createdAt: 'desc' }, { fromId: 'asc' }],
        ...page,
        select: { fromId: true, createdAt: true, from: { select: { displayName: true } } },
      }),
      this.#client.friendRequest.findMany({
        where: { fromId: user },
        orderBy: [{ createdAt: 'desc' }, { toId: 'asc' }],
        ...page,
        select: { toId: true, createdAt: true, precision: true, until: true },
      }),
    ]);
    return {
      incoming: incoming.map(({ fromId, createdAt, from }) => ({ id: fromId as UserId, since: createdAt, ...from })),
      outgoing: outgoing.map(({ toId, createdAt, ...choice }) => ({ id: toId as UserId, since: createdAt, ...choice })),
    };
  }

  /** Number of the user's open requests, including suppressed ones: the user cannot distinguish them. */
  async count({ client }: GraphTransaction, from: UserId): Promise<number> {
    return await client.friendRequest.count({ where: { fromId: from } });
  }

  async add(
    { client }: GraphTransaction,
    { from, to, suppressed, choice }: { from: UserId; to: UserId; suppressed: boolean; choice: Grant },
  ): Promise<void> {
    const until = toDate(choice.until);
    // Raw: PostgreSQL stamps the time that orders the lists; Prisma would take it from the clock of this process.
    await client.$executeRaw`
      INSERT INTO friend_requests (from_id, to_id, suppressed, precision, until)
      VALUES (${from}, ${to}, ${suppressed}, ${choice.precision}::precision_grant, ${until}::timestamptz)`;
  }

  /** Changes what the sender of an open request grants once it is accepted. */
  async changeChoice({ client }: GraphTransaction, from: UserId, to: UserId, choice: Grant): Promise<void> {
    const data = { precision: choice.precision, until: toDate(choice.until) };
    await client.friendRequest.updateMany({ where: { fromId: from, toId: to }, data });
  }

  /** Shows a suppressed request to its recipient. */
  async unsuppress({ client }: GraphTransaction, from: UserId, to: UserId): Promise<void> {
    await client.friendRequest.updateMany({ where: { fromId: from, toId: to }, data: { suppressed: false } });
  }

  /** Removes both directions, suppressed ones too: for two users who become friends. */
  async removeBetween({ client }: GraphTransaction, one: UserId, other: UserId): Promise<void> {
    const directions = [
      { fromId: one, toId: other },
      { fromId: other, toId: one },
    ];
    await client.friendRequest.deleteMany({ where: { OR: directions } });
  }

  /** Removes the user's own request and, unless it is suppressed, that of `other`. */
  async removeVisibleTo({ client }: GraphTransaction, user: UserId, other: UserId): Promise<void> {
    const visible = [
      { fromId: user, toId: other },
      { fromId: other, toId: user, suppressed: false },
    ];
    await client.friendRequest.deleteMany({ where: { OR: visible } });
  }

  /** Removes the user's own request and suppresses that of `other`, who still sees it. */
  async hideFrom({ client }: GraphTransaction, user: UserId, other: UserId): Promise<void> {
    await client.friendRequest.deleteMany({ where: { fromId: user, toId: other } });
    await client.friendRequest.updateMany({ where: { fromId: other, toId: user }, data: { suppressed: true } });
  }
}
