/** The list a client shows: applies the server's messages, and notes breaches of the protocol. */
import type { NearbyChanges, NearbyFriend, NearbySnapshot, UserId } from '@nearby-friends/protocol';

/** Something the server must never send, whatever the positions are. */
export type ProtocolBreach =
  | 'malformed message'
  | 'snapshot not sorted by distance'
  | 'one friend twice in a message'
  | 'one friend upserted and removed in a message'
  | 'list before the first report of the connection'
  | 'changes before the snapshot of the connection'
  | 'another radius than was set';

interface NearbyListOptions {
  /** The viewer's radius, metres; undefined where any is accepted. */
  readonly radiusMeters: number | undefined;
  readonly onBreach: (breach: ProtocolBreach) => void;
}

/**
 * Holds what was sent and nothing else: friends never expire here, because removing them is the server's duty (S5).
 *
 * Within one connection: nothing → (own first report sent) → snapshot → changes and further snapshots.
 * After a reconnect the old list stays on show until the new snapshot replaces it.
 */
export class NearbyList {
  readonly #options: NearbyListOptions;
  readonly #friends = new Map<UserId, NearbyFriend>();
  #reported = false;
  #snapshotReceived = false;

  constructor(options: NearbyListOptions) {
    this.#options = options;
  }

  /** A new connection: its snapshot is still to come. */
  connectionOpened(): void {
    this.#reported = false;
    this.#snapshotReceived = false;
  }

  /** The viewer sends its own position: from now on a list may come. True for the first one of a connection. */
  updateSent(): boolean {
    const isFirst = !this.#reported;
    this.#reported = true;
    return isFirst;
  }

  applySnapshot({ radiusMeters, friends }: NearbySnapshot): void {
    if (!this.#reported) this.#options.onBreach('list before the first report of the connection');
    const expected = this.#options.radiusMeters ?? radiusMeters;
    if (radiusMeters !== expected) this.#options.onBreach('another radius than was set');
    if (friends.some((friend, index) => friend.distance < (friends[index - 1]?.distance ?? 0))) {
      this.#options.onBreach('snapshot not sorted by distance');
    }
    this.#snapshotReceived = true;
    this.#friends.clear();
    this.#upsert(friends);
  }

  applyChanges({ upserts, removed }: NearbyChanges): void {
    if (!this.#snapshotReceived) this.#options.onBreach('changes before the snapshot of the connection');
    this.#upsert(upserts);
    for (const friend of removed) {
      if (upserts.some(({ id }) => id === friend)) {
        this.#options.onBreach('one friend upserted and removed in a message');
      }
      this.#friends.delete(friend);
    }
  }

  /** Nearest first; undefined until this connection's snapshot has come. */
  get shown(): NearbyFriend[] | undefined {
    if (!this.#snapshotReceived) return undefined;
    return [...this.#friends.values()].sort((a, b) => a.distance - b.distance);
  }

  #upsert(friends: readonly NearbyFriend[]): void {
    if (new Set(friends.map(({ id }) => id)).size < friends.length) {
      this.#options.onBreach('one friend twice in a message');
    }
    for (const friend of friends) this.#friends.set(friend.id, friend);
  }
}
