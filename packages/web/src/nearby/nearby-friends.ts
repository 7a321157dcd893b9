/** The friends who are near: their list, drawn places, announcements and selection. */
import type { NearbyConnection, NearbyFriend } from '@nearby-friends/client';
import { type ReadonlySignal, signal } from '@preact/signals';
import type { Announcer } from '../announce/announcer.ts';
import { Glide } from '../geometry/glide.ts';
import type { Place } from '../geometry/place.ts';
import { signalOf } from '../state/signal-of.ts';

interface DrawnFriend extends Place {
  readonly friend: NearbyFriend;
  readonly isMoving: boolean;
}

export class NearbyFriends {
  /** Nearest first. */
  readonly list: ReadonlySignal<readonly NearbyFriend[]>;
  /** The friend selected on the map and in the list. */
  readonly selectedId = signal<string | null>(null);
  /** The friend in whose place the map stays. */
  readonly followedId = signal<string | null>(null);
  readonly #glides = new Map<string, Glide>();
  readonly #announcer: Pick<Announcer, 'cameNear' | 'left'>;
  readonly #nameOf: (id: string) => string;
  readonly #prefersReducedMotion: () => boolean;
  readonly #now: () => number;
  readonly #end: () => void;
  #isFirst = true;

  constructor(options: {
    readonly connection: Pick<NearbyConnection, 'nearby'>;
    readonly nameOf: (id: string) => string;
    readonly announcer: Pick<Announcer, 'cameNear' | 'left'>;
    /** If true, friends are drawn at their positions without interpolation. */
    readonly prefersReducedMotion: () => boolean;
    /** A monotonic clock, ms. */
    readonly now?: () => number;
  }) {
    this.#announcer = options.announcer;
    this.#nameOf = options.nameOf;
    this.#prefersReducedMotion = options.prefersReducedMotion;
    this.#now = options.now ?? (() => performance.now());
    this.list = signalOf(options.connection.nearby);
    this.#end = options.connection.nearby.subscribe((friends) => this.#update(friends));
  }

  stop(): void {
    this.#end();
  }

  select(id: string | null): void {
    this.selectedId.value = id;
    if (id !== this.followedId.value) this.followedId.value = null;
  }

  /** Keeps the map on a friend until the user moves it. */
  follow(id: string | null): void {
    this.followedId.value = id;
  }

  /** All friends with their interpolated places, the nearest last, so that it is drawn on top. */
  drawn(now: number): DrawnFriend[] {
    return this.list.value
      .map((friend) => {
        const glide = this.#glides.get(friend.id);
        return { friend, isMoving: glide?.isMoving(now) ?? false, ...(glide?.at(now) ?? friend) };
      })
      .reverse();
  }

  /** Whether no friend moves, so that the next frame would be the same. */
  isIdle(now: number): boolean {
    for (const glide of this.#glides.values()) if (glide.isMoving(now)) return false;
    return true;
  }

  #update(friends: readonly NearbyFriend[]): void {
    const now = this.#now();
    const ids = new Set(friends.map(({ id }) => id));
    for (const friend of friends) {
      const glide = this.#glides.get(friend.id);
      if (glide && !this.#prefersReducedMotion()) glide.moveTo(friend, now);
      else this.#glides.set(friend.id, new Glide(friend, now));
      // Friends of the initial list are not announced.
      if (!glide && !this.#isFirst) this.#announcer.cameNear(friend.id, this.#nameOf(friend.id));
    }
    for (const id of this.#glides.keys()) {
      if (ids.has(id)) continue;
      this.#glides.delete(id);
      this.#announcer.left(id, this.#nameOf(id));
      if (this.selectedId.value === id) this.select(null);
    }
    this.#isFirst = false;
  }
}
