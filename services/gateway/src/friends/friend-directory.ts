/** Reads viewers' friends and active friends' positions from the other services, many users per RPC request. */
import { BatchLimiter, type Rpc } from '@nearby-friends/bus';
import {
  decodePositionRecord,
  friendsOf,
  type GraphEpoch,
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

/** Reads within this time share a request; while the maximum of requests is under way they wait for one to end. */
const GATHER_MS = 5;
const MAX_CONCURRENT = 2;
const MAX_ENTRIES_PER_REQUEST = 2_000;

/** Whom a viewer may see, the viewer's radius and sign-outs. */
export interface ViewerRights extends Omit<ViewerEdges, 'edges' | 'withheld'> {
  readonly friends: readonly StatedEdge[];
  /** Of the database; undefined in responses of earlier builds. */
  readonly epoch?: GraphEpoch | undefined;
}

/** Reads one user's value; rejects with a `CodedError`, `unavailable` when no instance responded. */
type Read<Value> = (user: UserId) => Promise<Value>;

/** Every value is read after the call that returns it: nothing is cached. */
export class FriendDirectory {
  readonly #friends: Read<ViewerRights>;
  readonly #entries: Read<PositionRecord | null>;

  constructor(options: { rpc: Pick<Rpc, 'call'>; clock: Clock; metrics: GatewayMetrics }) {
    const { rpc, clock, metrics } = options;
    this.#friends = batched(clock, MAX_FRIENDS_OF_VIEWERS, async (viewers) => {
      const response = await rpc.call(friendsOf, { viewers });
      const byViewer = new Map(response.viewers.map((edges) => [edges.viewer, edges]));
      return viewers.map((viewer) => rightsOf(byViewer.get(viewer), response.epoch));
    });
    this.#entries = batched(clock, MAX_ENTRIES_PER_REQUEST, async (users) => {
      const entries = await rpc.call(readActive, { users });
      const byUser = new Map(
        entries.map(({ user, entry }) => [user, decodeBusMessage(decodePositionRecord, entry, metrics)]),
      );
      return users.map((user) => byUser.get(user) ?? null);
    });
  }

  /** What `viewer` may see. */
  friendsOf(viewer: UserId): Promise<ViewerRights> {
    return this.#friends(viewer);
  }

  /** The user's position, or null when the user is not active. */
  entryOf(user: UserId): Promise<PositionRecord | null> {
    return this.#entries(user);
  }
}

function rightsOf(stated: ViewerEdges | undefined, epoch: GraphEpoch | undefined): ViewerRights | Error {
  if (stated === undefined) return new Error('the response of friend-graph lacks a viewer');
  const { edges, withheld, ...viewer } = stated;
  return { ...viewer, friends: readEdges(edges, withheld), epoch };
}

/**
 * Gathers single reads into batches of at most `maxBatchSize`. Reads of the same user share one until its batch is sent:
 * after a loss each friend who becomes active causes a read of the viewer, and sign-ons would wait behind all of them.
 */
function batched<Value>(
  clock: Clock,
  maxBatchSize: number,
  readAll: (users: readonly UserId[]) => Promise<(Value | Error)[]>,
): Read<Value> {
  const limiter = new BatchLimiter({ clock, gatherMs: GATHER_MS, maxConcurrent: MAX_CONCURRENT });
  const gathering = new Map<UserId, Promise<Value>>();
  const send = (users: readonly UserId[]): Promise<(Value | Error)[]> => {
    for (const user of users) gathering.delete(user);
    return readAll(users);
  };
  const loader = new DataLoader<UserId, Value>((users) => limiter.run(() => send(users)), {
    cache: false,
    batchScheduleFn: (dispatch) => limiter.schedule(dispatch),
    maxBatchSize,
  });
  return (user) => {
    const value = gathering.get(user) ?? loader.load(user);
    gathering.set(user, value);
    return value;
  };
}
