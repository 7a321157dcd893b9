/** Reads and writes friend requests. */
import type { UserId } from '@nearby-friends/protocol';
import type { DatabaseClient } from './database-client.ts';
import type { GraphTransaction } from './graph-transaction.ts';

export interface IncomingRequest {
  readonly id: UserId;
  readonly displayName: string;
  readonly since: Date;
}
/** Without a name: asking for one would otherwise tell who exists. */
export interface OutgoingRequest {
  readonly id: UserId;
  readonly since: Date;
}
export interface RequestLists {
  readonly incoming: IncomingRequest[];
  readonly outgoing: OutgoingRequest[];
}

export async function addRequest(
  { sql }: GraphTransaction,
  { from, to, suppressed }: { from: UserId; to: UserId; suppressed: boolean },
): Promise<void> {
  await sql.$executeRaw`
    INSERT INTO friend_requests (from_id, to_id, suppressed) VALUES (${from}, ${to}, ${suppressed})`;
}

/** Shows a request that was kept back. */
export async function showRequest({ sql }: GraphTransaction, from: UserId, to: UserId): Promise<void> {
  await sql.$executeRaw`UPDATE friend_requests SET suppressed = false WHERE from_id = ${from} AND to_id = ${to}`;
}

/** Both directions, suppressed ones too: for two who become friends. */
export async function removeRequestsBetween({ sql }: GraphTransaction, one: UserId, other: UserId): Promise<void> {
  await sql.$executeRaw`
    DELETE FROM friend_requests
    WHERE (from_id = ${one} AND to_id = ${other}) OR (from_id = ${other} AND to_id = ${one})`;
}

/** What of them the user knows: the own request, and the other's unless it is suppressed. */
export async function removeRequestsKnownTo({ sql }: GraphTransaction, user: UserId, other: UserId): Promise<void> {
  await sql.$executeRaw`
    DELETE FROM friend_requests
    WHERE (from_id = ${user} AND to_id = ${other}) OR (from_id = ${other} AND to_id = ${user} AND NOT suppressed)`;
}

/** The user's own request goes; the other's stays for the other alone. */
export async function hideRequestsFrom({ sql }: GraphTransaction, user: UserId, other: UserId): Promise<void> {
  await sql.$executeRaw`DELETE FROM friend_requests WHERE from_id = ${user} AND to_id = ${other}`;
  await sql.$executeRaw`UPDATE friend_requests SET suppressed = true WHERE from_id = ${other} AND to_id = ${user}`;
}

export class RequestRepository {
  readonly #client: DatabaseClient;

  constructor(options: { client: DatabaseClient }) {
    this.#client = options.client;
  }

  /** As the user may see them, the newest first, in each direction at most `limit`, or all of them. */
  async listsOf(user: UserId, limit?: number): Promise<RequestLists> {
    const atMost = limit === undefined ? {} : { take: limit };
    const [incoming, outgoing] = await Promise.all([
      this.#client.friendRequest.findMany({
        where: { toId: user, suppressed: false },
        orderBy: [{ createdAt: 'desc' }, { fromId: 'asc' }],
        ...atMost,
        select: { fromId: true, createdAt: true, from: { select: { displayName: true } } },
      }),
      this.#client.friendRequest.findMany({
        where: { fromId: user },
        orderBy: [{ createdAt: 'desc' }, { toId: 'asc' }],
        ...atMost,
        select: { toId: true, createdAt: true },
      }),
    ]);
    return {
      incoming: incoming.map(({ fromId, createdAt, from }) => ({ id: fromId as UserId, since: createdAt, ...from })),
      outgoing: outgoing.map(({ toId, createdAt }) => ({ id: toId as UserId, since: createdAt })),
    };
  }
}
