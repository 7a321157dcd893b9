/** Reads viewers' friends and active friends' positions from the other services, many users per RPC request. */
import { batchedRead, type Rpc } from '@nearby-friends/bus';
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
import type { GatewayMetrics } from '../metrics/gateway-metrics.ts';
import { decodeBusMessage } from '../wire/decode-bus-message.ts';

const MAX_ENTRIES_PER_REQUEST = 2_000;

/** Whom a viewer may see, the viewer's radius and sign-outs. */
export interface ViewerRights extends Omit<ViewerEdges, 'edges' | 'withheld'> {
  readonly friends: readonly StatedEdge[];
  /** Of the database; undefined in responses of earlier builds. */
  readonly epoch?: GraphEpoch | undefined;
}

/** Rejects with a `CodedError`, `unavailable` when no instance responded. */
type Read<Value> = (user: UserId) => Promise<Value>;

/** Every value is read after the call that returns it: nothing is cached. */
export class FriendDirectory {
  readonly #friends: Read<ViewerRights>;
  readonly #entries: Read<PositionRecord | null>;

  constructor(options: { rpc: Pick<Rpc, 'call'>; clock: Clock; metrics: GatewayMetrics }) {
    const { rpc, clock, metrics } = options;
    this.#friends = batchedRead(clock, MAX_FRIENDS_OF_VIEWERS, async (viewers) => {
      const response = await rpc.call(friendsOf, { viewers });
      const byViewer = new Map(response.viewers.map((edges) => [edges.viewer, edges]));
      return viewers.map((viewer) => rightsOf(byViewer.get(viewer), response.epoch));
    });
    this.#entries = batchedRead(clock, MAX_ENTRIES_PER_REQUEST, async (users) => {
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
