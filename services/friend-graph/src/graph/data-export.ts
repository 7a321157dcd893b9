/** Gathers everything that is kept about a user, for the user. */
import type { Position, Sharing, UserId } from '@nearby-friends/protocol';
import type { BlockRepository, ListedBlock } from '../database/block-repository.ts';
import type {
  FriendListRepository,
  ListedFriend,
  ListedViewer,
  Page,
  PageRequest,
} from '../database/friend-list-repository.ts';
import type { RequestLists, RequestRepository } from '../database/request-repository.ts';
import type { TokenRevocations } from '../database/token-revocations.ts';
import type { Profile, UserRepository } from '../database/user-repository.ts';
import type { SharingControl } from './sharing-control.ts';

/** Where the user was last known to be. */
export interface LastPosition {
  /** ms since the epoch. */
  readonly at: number;
  readonly position: Position;
}

/** Port: null when there is none. Rejects with `unavailable`. */
export type ReadLastPosition = (user: UserId) => Promise<LastPosition | null>;

export interface DataExport {
  readonly profile: Profile;
  readonly sharing: Sharing;
  readonly friends: ListedFriend[];
  readonly viewers: ListedViewer[];
  /** Not the requests that the user must not know of: those are the askers'. */
  readonly requests: RequestLists;
  readonly blocks: ListedBlock[];
  /** Tokens issued at this time or earlier are void, ms since the epoch; null: none was called back. */
  readonly signedOutBefore: number | null;
  readonly position: LastPosition | null;
}

const PAGE_SIZE = 1_000;

export class DataExporter {
  readonly #users: UserRepository;
  readonly #friendLists: FriendListRepository;
  readonly #requests: RequestRepository;
  readonly #blocks: BlockRepository;
  readonly #revocations: TokenRevocations;
  readonly #sharing: SharingControl;
  readonly #readLastPosition: ReadLastPosition;

  constructor(options: {
    users: UserRepository;
    friendLists: FriendListRepository;
    requests: RequestRepository;
    blocks: BlockRepository;
    revocations: TokenRevocations;
    sharing: SharingControl;
    readLastPosition: ReadLastPosition;
  }) {
    this.#users = options.users;
    this.#friendLists = options.friendLists;
    this.#requests = options.requests;
    this.#blocks = options.blocks;
    this.#revocations = options.revocations;
    this.#sharing = options.sharing;
    this.#readLastPosition = options.readLastPosition;
  }

  /** Rejects with `unavailable` rather than answer a part. */
  async exportOf(user: UserId): Promise<DataExport> {
    const profile = await this.#users.readOrCreate(user);
    const [sharing, friends, viewers, requests, blocks, signedOutBefore, position] = await Promise.all([
      this.#sharing.sharingOf(user),
      readAll((page) => this.#friendLists.friendsOf(user, page)),
      readAll((page) => this.#friendLists.viewersOf(user, page)),
      this.#requests.listsOf(user),
      readAll((page) => this.#blocks.blocksOf(user, page)),
      this.#revocations.signedOutBefore(user),
      this.#readLastPosition(user),
    ]);
    return { profile, sharing, friends, viewers, requests, blocks, signedOutBefore, position };
  }
}

async function readAll<T>(read: (page: PageRequest) => Promise<Page<T>>): Promise<T[]> {
  const items: T[] = [];
  let after: UserId | null = null;
  do {
    const page: Page<T> = await read({ after, limit: PAGE_SIZE });
    items.push(...page.items);
    after = page.next;
  } while (after !== null);
  return items;
}
