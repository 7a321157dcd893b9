/** The friends who are near: as they are told, as they are drawn, and as they are announced. */
import type { NearbyConnection, NearbyFriend } from '@nearby-friends/client';
import { type ReadonlySignal, signal } from '@preact/signals';
import type { Announcer } from '../announce/announcer.ts';
import { signalOf } from '../session/signal-of.ts';
import { Glide, type Place } from './glide.ts';

interface DrawnFriend extends Place {
  readonly friend: NearbyFriend;
  readonly isMoving: boolean;
}

export class NearbyFriends {
  /** Nearest first. */
  readonly list: ReadonlySignal<readonly NearbyFriend[]>;
  /** Whoever is looked at more closely, on the map and in the list. */
  readonly selectedId = signal<string | null>(null);
  readonly #glides = new Map<string, Glide>();
  readonly #announcer: Pick<Announcer, 'cameNear' | 'left'>;
  readonly #nameOf: (id: string) => string;
  readonly #isCalm: () => boolean;
  readonly #now: () => number;
  readonly #end: () => void;
  #isFirst = true;

  constructor(options: {
    readonly connection: Pick<NearbyConnection, 'nearby'>;
    readonly nameOf: (id: string) => string;
    readonly announcer: Pick<Announcer, 'cameNear' | 'left'>;
    /** Whether everybody is drawn at once where they are, instead of on the way. */
    readonly isCalm: () => boolean;
    /** A monotonic clock, ms. */
    readonly now?: () => number;
  }) {
    this.#announcer = options.announcer;
    this.#nameOf = options.nameOf;
    this.#isCalm = options.isCalm;
    this.#now = options.now ?? (() => performance.now());
    this.list = signalOf(options.connection.nearby);
    this.#end = options.connection.nearby.subscribe((friends) => this.#take(friends));
  }

  stop(): void {
    this.#end();
  }

  select(id: string | null): void {
    this.selectedId.value = id;
  }

  /** All of them where they are drawn at this moment, the nearest last, so that it lies on top. */
  drawn(now: number): DrawnFriend[] {
    return this.list.value
      .map((friend) => {
        const glide = this.#glides.get(friend.id);
        return { friend, isMoving: glide?.isMoving(now) ?? false, ...(glide?.at(now) ?? friend) };
      })
      .reverse();
  }

  /** The next frame would look like this one, unless the map moves. */
  isAtRest(now: number): boolean {
    for (const glide of this.#glides.values()) if (glide.isMoving(now)) return false;
    return true;
  }

  #take(friends: readonly NearbyFriend[]): void {
    const now = this.#now();
    const ids = new Set(friends.map(({ id }) => id));
    for (const friend of friends) {
      const glide = this.#glides.get(friend.id);
      if (glide && !this.#isCalm()) glide.moveTo(friend, now);
      else this.#glides.set(friend.id, new Glide(friend, now));
      // Whoever is there at the beginning has not come; the list says who that is.
      if (!glide && !this.#isFirst) this.#announcer.cameNear(friend.id, this.#nameOf(friend.id));
    }
    for (const id of this.#glides.keys()) {
      if (ids.has(id)) continue;
      this.#glides.delete(id);
      this.#announcer.left(id, this.#nameOf(id));
      if (this.selectedId.value === id) this.selectedId.value = null;
    }
    this.#isFirst = false;
  }
}
