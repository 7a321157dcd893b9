/** The friends one session watches. */
import type { UserId } from '@nearby-friends/protocol';
import type { Watch } from './watch.ts';

/** Up to this size a linear search serves: an index takes more memory than the watches themselves. */
const MAX_WITHOUT_INDEX = 64;

/** Each friend at most once, in the order of adding. Most users have few active friends, some have thousands. */
export class WatchList {
  readonly #watches: Watch[] = [];
  #byFriend: Map<UserId, Watch> | null = null;

  get size(): number {
    return this.#watches.length;
  }

  /** The current watches, not a copy. */
  get all(): readonly Watch[] {
    return this.#watches;
  }

  get(friend: UserId): Watch | undefined {
    if (this.#byFriend !== null) return this.#byFriend.get(friend);
    return this.#watches.find(({ subject }) => subject.user === friend);
  }

  has(friend: UserId): boolean {
    return this.get(friend) !== undefined;
  }

  /** A copy. */
  friends(): UserId[] {
    return this.#watches.map(({ subject }) => subject.user);
  }

  /** The friend must not be in the list yet. */
  add(watch: Watch): void {
    this.#watches.push(watch);
    if (this.#byFriend !== null) this.#byFriend.set(watch.subject.user, watch);
    else if (this.#watches.length > MAX_WITHOUT_INDEX) {
      this.#byFriend = new Map(this.#watches.map((each) => [each.subject.user, each]));
    }
  }

  delete(watch: Watch): void {
    // Searched from the end, where removing all of them begins.
    const place = this.#watches.lastIndexOf(watch);
    if (place < 0) return;
    this.#watches.splice(place, 1);
    this.#byFriend?.delete(watch.subject.user);
  }
}
