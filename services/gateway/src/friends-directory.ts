/** Asks the other services about many users at once: who is a viewer's friend, and which friends are active. */
import type { Rpc } from '@nearby-friends/bus';
import {
  decodePositionRecord,
  friendsOf,
  MAX_FRIENDS_OF_VIEWERS,
  type PositionRecord,
  readActive,
  type UserId,
  type ViewerFriends,
} from '@nearby-friends/protocol';
import type { Clock } from '@nearby-friends/service-kit';
import DataLoader from 'dataloader';
import type { GatewayMetrics } from './gateway-metrics.ts';
import { readMessage } from './read-message.ts';

/** Questions that come within this time go as one. */
const GATHER_MS = 5;
const MAX_ENTRIES_PER_QUESTION = 2_000;

/** Both questions reject with a `CodedError`, `unavailable` when nobody answered. Nothing is cached. */
export class FriendsDirectory {
  readonly #friends: DataLoader<UserId, ViewerFriends>;
  readonly #entries: DataLoader<UserId, PositionRecord | null>;

  constructor(options: { rpc: Pick<Rpc, 'call'>; clock: Clock; metrics: GatewayMetrics }) {
    const { rpc, clock, metrics } = options;
    const batchScheduleFn = (dispatch: () => void) => {
      clock.after(GATHER_MS, dispatch);
    };
    this.#friends = new DataLoader(
      async (viewers) => {
        const answer = await rpc.call(friendsOf, { viewers: [...new Set(viewers)] });
        const byViewer = new Map(answer.viewers.map((friends) => [friends.viewer, friends]));
        return viewers.map((viewer) => byViewer.get(viewer) ?? new Error('friend-graph left a viewer out'));
      },
      { cache: false, batchScheduleFn, maxBatchSize: MAX_FRIENDS_OF_VIEWERS },
    );
    this.#entries = new DataLoader(
      async (users) => {
        const entries = await rpc.call(readActive, { users: [...new Set(users)] });
        const byUser = new Map(
          entries.map(({ user, entry }) => [user, readMessage(decodePositionRecord, entry, metrics)]),
        );
        return users.map((user) => byUser.get(user) ?? null);
      },
      { cache: false, batchScheduleFn, maxBatchSize: MAX_ENTRIES_PER_QUESTION },
    );
  }

  /** Whom `viewer` may see, and the viewer's radius. */
  friendsOf(viewer: UserId): Promise<ViewerFriends> {
    return this.#friends.load(viewer);
  }

  /** The user's entry, or null when the user is not active. */
  entryOf(user: UserId): Promise<PositionRecord | null> {
    return this.#entries.load(user);
  }
}
