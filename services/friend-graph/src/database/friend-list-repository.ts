/** Reads the lists that a person looks at, page by page in the order of ids. */
import type { Precision, UserId } from '@nearby-friends/protocol';
import type { DatabaseClient } from './database-client.ts';

/** Somebody the user sees. Says nothing of the grant: a friend who hides looks like one who is offline. */
export interface ListedFriend {
  readonly id: UserId;
  readonly displayName: string;
  readonly since: Date;
}

/** Somebody who has the user as a friend, and what the user grants that viewer. */
export interface ListedViewer extends ListedFriend {
  readonly precision: Precision;
  readonly until: Date | null;
}

export interface PageRequest {
  /** The last id of the page before; null for the first page. */
  readonly after: UserId | null;
  /** Most items on the page. */
  readonly limit: number;
}

export interface Page<T> {
  readonly items: T[];
  /** Where the next page starts; null on the last one. */
  readonly next: UserId | null;
}

/** No id sorts before it. */
export const BEFORE_ALL = '';

/** Pages go on from an id and not from a count, so that nobody is shown twice or left out when others come or go. */
export class FriendListRepository {
  readonly #client: DatabaseClient;

  constructor(options: { client: DatabaseClient }) {
    this.#client = options.client;
  }

  /** The people `viewer` sees, whatever their grants. */
  async friendsOf(viewer: UserId, { after, limit }: PageRequest): Promise<Page<ListedFriend>> {
    const rows = await this.#client.edge.findMany({
      where: { viewerId: viewer, subjectId: { gt: after ?? BEFORE_ALL } },
      orderBy: { subjectId: 'asc' },
      take: limit + 1,
      select: { subjectId: true, since: true, subject: { select: { displayName: true } } },
    });
    const items = rows.map(({ subjectId, since, subject }) => ({ id: subjectId as UserId, since, ...subject }));
    return toPage(items, limit);
  }

  /** The people who see `subject`, each with the grant as it stands, hidden and ended ones too. */
  async viewersOf(subject: UserId, { after, limit }: PageRequest): Promise<Page<ListedViewer>> {
    const rows = await this.#client.edge.findMany({
      where: { subjectId: subject, viewerId: { gt: after ?? BEFORE_ALL } },
      orderBy: { viewerId: 'asc' },
      take: limit + 1,
      select: { viewerId: true, since: true, precision: true, until: true, viewer: { select: { displayName: true } } },
    });
    const items = rows.map(({ viewerId, viewer, ...edge }) => ({ id: viewerId as UserId, ...viewer, ...edge }));
    return toPage(items, limit);
  }
}

/** One row more than asked for says that there is a next page. */
export function toPage<T extends { id: UserId }>(rows: T[], limit: number): Page<T> {
  const items = rows.slice(0, limit);
  return { items, next: rows.length > limit ? (items.at(-1)?.id ?? null) : null };
}
