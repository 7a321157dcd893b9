/** Collects everything stored about a user, for that user. */
import type { Position, Sharing, UserId } from '@nearby-friends/protocol';
import type { AlertSettings, MutedFriend } from '../database/alert-repository.ts';
import type { ListedBlock } from '../database/block-repository.ts';
import type { Repositories } from '../database/create-repositories.ts';
import type { Device } from '../database/device-repository.ts';
import type { ListedFriend, ListedViewer } from '../database/edge-repository.ts';
import type { Invite } from '../database/invite-repository.ts';
import type { Page, PageRequest } from '../database/page.ts';
import type { ListedSubscription } from '../database/push-subscription-repository.ts';
import type { RequestLists } from '../database/request-repository.ts';
import type { Profile } from '../database/user-repository.ts';
import type { SharingControl } from './sharing-control.ts';

export interface LastPosition {
  /** ms since the epoch. */
  readonly at: number;
  readonly position: Position;
}

/** Port: null if there is none. Rejects with `unavailable`. */
export type ReadLastPosition = (user: UserId) => Promise<LastPosition | null>;

/** Positions received before these times stay withheld; ms since the epoch on Redis' clock, null: none does. */
interface WithheldPositions {
  /** By the user's pause. */
  readonly fromAll: number | null;
  readonly fromViewers: readonly {
    readonly id: UserId;
    readonly shownFrom: number | null;
    /** For the exact form. */
    readonly exactFrom: number;
  }[];
}

export interface DataExport {
  readonly profile: Profile;
  readonly sharing: Sharing;
  readonly friends: ListedFriend[];
  readonly viewers: ListedViewer[];
  /** Without the requests that are suppressed for the user: they belong to their senders. */
  readonly requests: RequestLists;
  readonly blocks: ListedBlock[];
  readonly devices: Device[];
  /** The open ones. */
  readonly invites: Invite[];
  readonly alerts: AlertSettings & { readonly muted: MutedFriend[] };
  readonly pushSubscriptions: ListedSubscription[];
  /** Tokens issued at this time or earlier are revoked, ms since the epoch; null: none is. */
  readonly signedOutBefore: number | null;
  /** Without what others withhold from the user, who must not know it. */
  readonly withheld: WithheldPositions;
  readonly position: LastPosition | null;
}

const PAGE_SIZE = 1_000;
type Sources = Pick<
  Repositories,
  | 'users'
  | 'edges'
  | 'requests'
  | 'blocks'
  | 'devices'
  | 'invites'
  | 'alerts'
  | 'pushSubscriptions'
  | 'revocations'
  | 'sharing'
  | 'withholdings'
>;

export class DataExporter {
  readonly #repositories: Sources;
  readonly #sharing: SharingControl;
  readonly #readLastPosition: ReadLastPosition;

  constructor(options: { repositories: Sources; sharing: SharingControl; readLastPosition: ReadLastPosition }) {
    this.#repositories = options.repositories;
    this.#sharing = options.sharing;
    this.#readLastPosition = options.readLastPosition;
  }

  /** Rejects with `unavailable` rather than return a part. */
  async exportOf(user: UserId): Promise<DataExport> {
    const { users, edges, requests, blocks, devices, invites, alerts, pushSubscriptions, revocations } =
      this.#repositories;
    const profile = await users.readOrCreate(user);
    const [
      sharing,
      friends,
      viewers,
      requestLists,
      blocked,
      registered,
      revocation,
      withheld,
      position,
      ofAlerts,
      openInvites,
    ] = await Promise.all([
      this.#sharing.sharingOf(user),
      readAll((page) => edges.friendsOf(user, page)),
      readAll((page) => edges.viewersOf(user, page)),
      requests.listsOf(user),
      readAll((page) => blocks.blocksOf(user, page)),
      devices.devicesOf(user),
      revocations.revocationOf(user),
      this.#withheldBy(user),
      this.#readLastPosition(user),
      Promise.all([alerts.settingsOf(user), alerts.mutedBy(user), pushSubscriptions.listOf(user)]),
      invites.openInvitesOf(user),
    ]);
    const [settings, muted, subscriptions] = ofAlerts;
    const signedOutBefore = revocation?.before ?? null;
    return {
      profile,
      sharing,
      friends,
      viewers,
      requests: requestLists,
      blocks: blocked,
      devices: registered,
      invites: openInvites,
      alerts: { ...settings, muted },
      pushSubscriptions: subscriptions,
      signedOutBefore,
      withheld,
      position,
    };
  }

  async #withheldBy(user: UserId): Promise<WithheldPositions> {
    const { sharing, withholdings } = this.#repositories;
    const [[stored], withheld] = await Promise.all([sharing.sharingOf([user]), withholdings.withheldBy(user)]);
    return {
      fromAll: stored?.sharing.shownFrom ?? null,
      // Zero: only the exact form was withheld.
      fromViewers: withheld.map(({ viewer, shownFrom, exactFrom }) => ({
        id: viewer,
        shownFrom: shownFrom || null,
        exactFrom,
      })),
    };
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
