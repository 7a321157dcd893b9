/** The friends whom one session watches. */
import type { UserId } from '@nearby-friends/protocol';
import type { Watch } from './watch.ts';

/** Up to so many are looked through; an index of its own costs more memory than they themselves do. */
const MAX_WITHOUT_INDEX = 64;

/** Each friend at most once, in the order of adding. Most people have few active friends, and some have thousands. */
export class WatchList {
  readonly #watches: Watch[] = [];
  #byFriend: Map<UserId, Watch> | null = null;

  get size(): number {
    return this.#watches.length;
  }

  /** Those there are now: not a copy. */
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

  /** A copy: it does not change. */
  friends(): UserId[] {
    return this.#watches.map(({ subject }) => subject.user);
  }

  /** Of a friend who is not in it yet. */
  add(watch: Watch): void {
    this.#watches.push(watch);
    if (this.#byFriend !== null) this.#byFriend.set(watch.subject.user, watch);
    else if (this.#watches.length > MAX_WITHOUT_INDEX) {
      this.#byFriend = new Map(this.#watches.map((each) => [each.subject.user, each]));
    }
  }

  delete(watch: Watch): void {
    // From the end: whoever takes all of them out begins there.
    const place = this.#watches.lastIndexOf(watch);
    if (place < 0) return;
    this.#watches.splice(place, 1);
    this.#byFriend?.delete(watch.subject.user);
  }
}
