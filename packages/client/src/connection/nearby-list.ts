/** The list an app shows: takes the server's messages, keeps it sorted, lets friends drop out who have fallen silent. */
import type { Clock } from '../clock.ts';
import { MutableObservable, type Observable } from '../observable.ts';
import type { NearbyChanges, NearbyFriend, NearbySnapshot } from '../wire-messages.ts';
import type { ServerClock } from './server-clock.ts';

/** What the server keeps of a position, ms: nobody who is silent for longer is on a list. */
export const POSITION_TTL_MS = 600_000;

/**
 * After a lost connection the list stays on show, ageing, until the next snapshot replaces it. Ageing is done here as
 * well as by the server, because the server tells nothing while there is no connection.
 */
export class NearbyList {
  readonly #serverClock: ServerClock;
  readonly #clock: Clock;
  readonly #ttlMs: number;
  readonly #friends = new Map<string, NearbyFriend>();
  readonly #shown = new MutableObservable<readonly NearbyFriend[]>([]);
  #cancelAgeing: () => void = () => undefined;

  constructor(options: { serverClock: ServerClock; clock: Clock; ttlMs: number }) {
    this.#serverClock = options.serverClock;
    this.#clock = options.clock;
    this.#ttlMs = options.ttlMs;
  }

  /** Nearest first. */
  get shown(): Observable<readonly NearbyFriend[]> {
    return this.#shown;
  }

  applySnapshot({ friends }: NearbySnapshot): void {
    this.#friends.clear();
    this.#upsert(friends);
    this.#show();
  }

  applyChanges({ upserts, removed }: NearbyChanges): void {
    this.#upsert(upserts);
    for (const id of removed) this.#friends.delete(id);
    this.#show();
  }

  /** Sets no timer any more. What is shown stays. */
  stop(): void {
    this.#cancelAgeing();
  }

  #upsert(friends: readonly NearbyFriend[]): void {
    for (const friend of friends) {
      this.#serverClock.observePast(friend.at);
      this.#friends.set(friend.id, friend);
    }
  }

  #show(): void {
    this.#cancelAgeing();
    const oldest = this.#serverClock.now() - this.#ttlMs;
    let next = Number.POSITIVE_INFINITY;
    for (const { id, at } of this.#friends.values()) {
      if (at <= oldest) this.#friends.delete(id);
      else next = Math.min(next, at - oldest);
    }
    const shown = [...this.#friends.values()].sort(byDistance);
    const before = this.#shown.value;
    if (shown.length !== before.length || shown.some((friend, i) => friend !== before[i])) this.#shown.set(shown);
    if (next < Number.POSITIVE_INFINITY) this.#cancelAgeing = this.#clock.after(next, () => this.#show());
  }
}

/** Equal distances by id, so that nobody swaps places without reason. */
function byDistance(a: NearbyFriend, b: NearbyFriend): number {
  return a.distance - b.distance || (a.id < b.id ? -1 : 1);
}
