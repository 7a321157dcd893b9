/** The friends one session watches. */
import type { UserId } from '@nearby-friends/protocol';

/** Up to this size a linear search serves: an index takes more memory than the watches themselves. */
const MAX_WITHOUT_INDEX = 64;

/** What the list needs of a watch. It does not import `Watch`, whose file imports the list. */
interface OfFriend {
  readonly subject: { readonly user: UserId };
}

/** Each friend at most once, in the order of adding. Most users have few active friends, some have thousands. */
export class WatchList<W extends OfFriend> {
  readonly #watches: W[] = [];
  #byFriend: Map<UserId, W> | null = null;

  get size(): number {
    return this.#watches.length;
  }

  /** The current watches, not a copy. */
  get all(): readonly W[] {
    return this.#watches;
  }

  get(friend: UserId): W | undefined {
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
  add(watch: W): void {
    this.#watches.push(watch);
    if (this.#byFriend !== null) this.#byFriend.set(watch.subject.user, watch);
    else if (this.#watches.length > MAX_WITHOUT_INDEX) {
      this.#byFriend = new Map(this.#watches.map((each) => [each.subject.user, each]));
    }
  }

  delete(watch: W): void {
    // Searched from the end, where removing all of them begins.
    const place = this.#watches.lastIndexOf(watch);
    if (place < 0) return;
    this.#watches.splice(place, 1);
    this.#byFriend?.delete(watch.subject.user);
  }
}
