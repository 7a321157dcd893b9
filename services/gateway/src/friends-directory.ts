/** Asks the other services about many users at once: who is a viewer's friend, and which friends are active. */
import { Pace, type Rpc } from '@nearby-friends/bus';
import {
  decodePositionRecord,
  friendsOf,
  MAX_FRIENDS_OF_VIEWERS,
  type PositionRecord,
  readActive,
  readEdges,
  type StatedEdge,
  type UserId,
  type ViewerEdges,
} from '@nearby-friends/protocol';
import type { Clock } from '@nearby-friends/service-kit';
import DataLoader from 'dataloader';
import type { GatewayMetrics } from './gateway-metrics.ts';
import { readMessage } from './read-message.ts';

/** Questions that come within this time go as one; in a rush they gather for as long as these many are under way. */
const GATHER_MS = 5;
const MAX_UNDER_WAY = 2;
const MAX_ENTRIES_PER_QUESTION = 2_000;

/** Whom a viewer may see, the viewer's radius and sign-outs. */
export interface ViewerRights extends Omit<ViewerEdges, 'edges'> {
  readonly friends: readonly StatedEdge[];
}

/** Both questions reject with a `CodedError`, `unavailable` when nobody answered. Nothing is cached. */
export class FriendsDirectory {
  readonly #friends: DataLoader<UserId, ViewerRights>;
  readonly #entries: DataLoader<UserId, PositionRecord | null>;

  constructor(options: { rpc: Pick<Rpc, 'call'>; clock: Clock; metrics: GatewayMetrics }) {
    const { rpc, clock, metrics } = options;
    this.#friends = batched(clock, MAX_FRIENDS_OF_VIEWERS, async (viewers) => {
      const answer = await rpc.call(friendsOf, { viewers: [...new Set(viewers)] });
      const byViewer = new Map(answer.viewers.map((edges) => [edges.viewer, edges]));
      return viewers.map((viewer) => rightsOf(byViewer.get(viewer)));
    });
    this.#entries = batched(clock, MAX_ENTRIES_PER_QUESTION, async (users) => {
      const entries = await rpc.call(readActive, { users: [...new Set(users)] });
      const byUser = new Map(
        entries.map(({ user, entry }) => [user, readMessage(decodePositionRecord, entry, metrics)]),
      );
      return users.map((user) => byUser.get(user) ?? null);
    });
  }

  /** What `viewer` may see; read after this call. */
  friendsOf(viewer: UserId): Promise<ViewerRights> {
    return this.#friends.load(viewer);
  }

  /** The user's entry, or null when the user is not active. */
  entryOf(user: UserId): Promise<PositionRecord | null> {
    return this.#entries.load(user);
  }
}

function rightsOf(stated: ViewerEdges | undefined): ViewerRights | Error {
  if (stated === undefined) return new Error('friend-graph left a viewer out');
  const { edges, ...viewer } = stated;
  return { ...viewer, friends: readEdges(edges) };
}

/** Gathers single questions into batches of at most `maxBatchSize`, the answers in their order. */
function batched<Value>(
  clock: Clock,
  maxBatchSize: number,
  ask: (users: readonly UserId[]) => Promise<(Value | Error)[]>,
): DataLoader<UserId, Value> {
  const pace = new Pace({ clock, gatherMs: GATHER_MS, maxUnderWay: MAX_UNDER_WAY });
  return new DataLoader((users: readonly UserId[]) => pace.hold(() => ask(users)), {
    cache: false,
    batchScheduleFn: (dispatch) => pace.whenFree(dispatch),
    maxBatchSize,
  });
}
