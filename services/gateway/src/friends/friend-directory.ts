/** Asks the other services about many users at once: who is a viewer's friend, and which friends are active. */
import { BatchLimiter, type Rpc } from '@nearby-friends/bus';
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
import type { GatewayMetrics } from '../metrics/gateway-metrics.ts';
import { decodeBusMessage } from '../wire/decode-bus-message.ts';

/** Questions that come within this time go as one; in a rush they gather for as long as these many are under way. */
const GATHER_MS = 5;
const MAX_CONCURRENT = 2;
const MAX_ENTRIES_PER_QUESTION = 2_000;

/** Whom a viewer may see, the viewer's radius and sign-outs. */
export interface ViewerRights extends Omit<ViewerEdges, 'edges'> {
  readonly friends: readonly StatedEdge[];
}

/** About one user; rejects with a `CodedError`, `unavailable` when nobody answered. */
type Question<Value> = (user: UserId) => Promise<Value>;

/** Every answer is read after the call that asked for it: none is kept for later ones. */
export class FriendDirectory {
  readonly #friends: Question<ViewerRights>;
  readonly #entries: Question<PositionRecord | null>;

  constructor(options: { rpc: Pick<Rpc, 'call'>; clock: Clock; metrics: GatewayMetrics }) {
    const { rpc, clock, metrics } = options;
    this.#friends = batched(clock, MAX_FRIENDS_OF_VIEWERS, async (viewers) => {
      const answer = await rpc.call(friendsOf, { viewers });
      const byViewer = new Map(answer.viewers.map((edges) => [edges.viewer, edges]));
      return viewers.map((viewer) => rightsOf(byViewer.get(viewer)));
    });
    this.#entries = batched(clock, MAX_ENTRIES_PER_QUESTION, async (users) => {
      const entries = await rpc.call(readActive, { users });
      const byUser = new Map(
        entries.map(({ user, entry }) => [user, decodeBusMessage(decodePositionRecord, entry, metrics)]),
      );
      return users.map((user) => byUser.get(user) ?? null);
    });
  }

  /** What `viewer` may see; read after this call. */
  friendsOf(viewer: UserId): Promise<ViewerRights> {
    return this.#friends(viewer);
  }

  /** The user's entry, or null when the user is not active. */
  entryOf(user: UserId): Promise<PositionRecord | null> {
    return this.#entries(user);
  }
}

function rightsOf(stated: ViewerEdges | undefined): ViewerRights | Error {
  if (stated === undefined) return new Error('friend-graph left a viewer out');
  const { edges, ...viewer } = stated;
  return { ...viewer, friends: readEdges(edges) };
}

/**
 * Gathers single questions into batches of at most `maxBatchSize`, the answers in their order. Who asks the same before a
 * question has left shares it: after a loss a viewer is asked about for each friend who becomes active, and those who sign
 * on would stand behind all that.
 */
function batched<Value>(
  clock: Clock,
  maxBatchSize: number,
  ask: (users: readonly UserId[]) => Promise<(Value | Error)[]>,
): Question<Value> {
  const limiter = new BatchLimiter({ clock, gatherMs: GATHER_MS, maxConcurrent: MAX_CONCURRENT });
  const gathering = new Map<UserId, Promise<Value>>();
  const leave = (users: readonly UserId[]): Promise<(Value | Error)[]> => {
    for (const user of users) gathering.delete(user);
    return ask(users);
  };
  const loader = new DataLoader<UserId, Value>((users) => limiter.run(() => leave(users)), {
    cache: false,
    batchScheduleFn: (dispatch) => limiter.schedule(dispatch),
    maxBatchSize,
  });
  return (user) => {
    const answer = gathering.get(user) ?? loader.load(user);
    gathering.set(user, answer);
    return answer;
  };
}
