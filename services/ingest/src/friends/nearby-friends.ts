/** The friends near a place whom a viewer may see now: what a gateway's list holds, made for one answer. */
import { batchedRead, type Rpc } from '@nearby-friends/bus';
import { distanceMeters, type GridSchedule, mayBeWithin, type Place } from '@nearby-friends/geo';
import {
  decodePositionRecord,
  friendsOf,
  type GraphEpoch,
  MAX_FRIENDS_OF_VIEWERS,
  MAX_NAMES,
  MalformedMessageError,
  namesOf,
  type Position,
  type PositionRecord,
  readActive,
  readEdges,
  type StatedEdge,
  type UserId,
  type ViewerEdges,
} from '@nearby-friends/protocol';
import type { Clock } from '@nearby-friends/service-kit';
import { type RightsWatch, visiblePosition } from '@nearby-friends/visibility';
import type { IngestMetrics } from '../metrics/ingest-metrics.ts';

const MAX_ENTRIES_PER_REQUEST = 2_000;
/** With rights that change more often than this while an answer is made, it has no friends. */
const ATTEMPTS = 3;

export interface SeenFriend {
  readonly id: UserId;
  /** An approximate friend has only a place, and no `accuracy`, `speed` or `battery`. */
  readonly position: Position;
  /** ms since the epoch. */
  readonly at: number;
  readonly distanceMeters: number;
  /** Only if it was asked for, and could be read. */
  readonly displayName?: string;
}

interface ViewerRights {
  readonly viewer: ViewerEdges;
  readonly epoch: GraphEpoch | undefined;
}

export class NearbyFriends {
  readonly #readRights: (viewer: UserId) => Promise<ViewerRights>;
  readonly #readEntry: (user: UserId) => Promise<PositionRecord | null>;
  readonly #rpc: Pick<Rpc, 'call'>;
  readonly #rights: Pick<RightsWatch, 'begin' | 'end'>;
  readonly #areRightsCurrent: () => boolean;
  readonly #schedule: GridSchedule;
  readonly #ttlMs: number;
  readonly #redisNow: () => number;
  readonly #metrics: IngestMetrics;

  constructor(options: {
    rpc: Pick<Rpc, 'call'>;
    rights: Pick<RightsWatch, 'begin' | 'end'>;
    areRightsCurrent: () => boolean;
    /** When what is shown of approximate friends may change. */
    schedule: GridSchedule;
    ttlMs: number;
    redisNow: () => number;
    clock: Clock;
    metrics: IngestMetrics;
  }) {
    const { rpc, clock, metrics } = options;
    this.#rpc = rpc;
    this.#rights = options.rights;
    this.#areRightsCurrent = options.areRightsCurrent;
    this.#schedule = options.schedule;
    this.#ttlMs = options.ttlMs;
    this.#redisNow = options.redisNow;
    this.#metrics = metrics;
    this.#readRights = batchedRead(clock, MAX_FRIENDS_OF_VIEWERS, async (users) => {
      const { viewers, epoch } = await rpc.call(friendsOf, { viewers: [...users] });
      const byUser = new Map(viewers.map((viewer) => [viewer.viewer, { viewer, epoch }]));
      return users.map((user) => byUser.get(user) ?? new Error('the response of friend-graph lacks a viewer'));
    });
    this.#readEntry = batchedRead(clock, MAX_ENTRIES_PER_REQUEST, async (users) => {
      const entries = await rpc.call(readActive, { users: [...users] });
      const byUser = new Map(entries.map(({ user, entry }) => [user, this.#decode(entry)]));
      return users.map((user) => byUser.get(user) ?? null);
    });
  }

  /**
   * At most `limit`, nearest first, with their names if wanted. Calls `use` with them synchronously, once nothing forbids to send them; what it does later
   * is too late. Rejects with `unavailable`.
   */
  async send<T>(
    viewer: UserId,
    own: Place,
    { limit, withNames = false }: { readonly limit: number; readonly withNames?: boolean },
    use: (friends: readonly SeenFriend[]) => T,
  ): Promise<T> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const preparation = this.#rights.begin(viewer);
      try {
        const rights = await this.#readRights(viewer);
        const edges = readEdges(rights.viewer.edges, rights.viewer.withheld);
        preparation.subjects = new Set(edges.map(({ subject }) => subject));
        const records = await Promise.all(edges.map(({ subject }) => this.#readEntry(subject)));
        const see = () => {
          const seen = edges.flatMap((edge, i) => this.#see(edge, records[i] ?? null, own, rights) ?? []);
          return seen.sort((a, b) => a.distanceMeters - b.distanceMeters).slice(0, limit);
        };
        const names = withNames ? await this.#readNames(viewer, see()) : new Map<UserId, string>();
        if (preparation.isOutdated || !this.#areRightsCurrent()) continue;
        const friends = see().map((friend) => withName(friend, names.get(friend.id)));
        this.#metrics.friendsSent.inc(friends.length);
        return use(friends);
      } finally {
        this.#rights.end(preparation);
      }
    }
    this.#metrics.answersWithheld.inc();
    return use([]);
  }

  #see(
    edge: StatedEdge,
    record: PositionRecord | null,
    own: Place,
    { viewer, epoch }: ViewerRights,
  ): SeenFriend | null {
    const visible = visiblePosition(edge, record, {
      now: this.#redisNow(),
      ttlMs: this.#ttlMs,
      epochBegan: epoch?.began,
    });
    if (visible === null || record === null) return null;
    const { position: shown, isExact } = visible;
    if (!mayBeWithin(own.lat, own.lng, shown.lat, shown.lng, viewer.radiusMeters)) return null;
    const distance = distanceMeters(own.lat, own.lng, shown.lat, shown.lng);
    if (distance > viewer.radiusMeters) return null;
    const { subject } = edge;
    const shownAt = isExact ? record.at : this.#schedule.shownAt(subject, record.at);
    return { id: subject, position: shown, at: shownAt, distanceMeters: distance };
  }

  /** Empty if they cannot be read: the places do not wait for them. */
  async #readNames(viewer: UserId, seen: readonly SeenFriend[]): Promise<Map<UserId, string>> {
    const friends = seen.slice(0, MAX_NAMES).map(({ id }) => id);
    try {
      const { names } = await this.#rpc.call(namesOf, { viewer, friends });
      return new Map(names.map(({ id, displayName }) => [id, displayName]));
    } catch {
      return new Map();
    }
  }

  #decode(entry: Buffer): PositionRecord | null {
    try {
      return decodePositionRecord(entry);
    } catch (error) {
      if (!(error instanceof MalformedMessageError)) throw error;
      this.#metrics.malformedMessages.inc();
      return null;
    }
  }
}

function withName(friend: SeenFriend, displayName: string | undefined): SeenFriend {
  return displayName === undefined ? friend : { ...friend, displayName };
}
