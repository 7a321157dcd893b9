/** The list an app shows: applies server messages, measures distances, sorts, and removes expired friends. */
import type { Clock } from '../clock.ts';
import { MutableObservable, type Observable } from '../observable.ts';
import type { NearbyChanges, NearbyFriend, NearbySnapshot, Position } from '../wire-messages.ts';
import { metersBetween } from './meters-between.ts';
import type { ServerClock } from './server-clock.ts';

/** The server's TTL of a position that has no lifetime of its own, ms. */
export const POSITION_TTL_MS = 600_000;

/** Distances are rounded to centimetres, like the server's. A smaller difference is no change. */
const CENTIMETRES_PER_METER = 100;

/**
 * Distances are measured here, from the viewer position that the server accepted last. So the server does not resend
 * stationary friends whenever the viewer moves. Until it has accepted a position on this connection, its distances
 * apply. The server alone decides who is near.
 *
 * After a lost connection the list stays visible until the next snapshot replaces it. Friends expire here as well as on
 * the server, because no messages arrive while there is no connection.
 */
export class NearbyList {
  readonly #serverClock: ServerClock;
  readonly #clock: Clock;
  readonly #ttlMs: number;
  readonly #friends = new Map<string, NearbyFriend>();
  readonly #shown = new MutableObservable<readonly NearbyFriend[]>([]);
  /** The viewer's position that the server accepted last on this connection. */
  #ownPosition: Position | undefined;
  #isStopped = false;
  #cancelExpiry: () => void = () => undefined;

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

  /** Measures from the position that the server has just accepted. */
  setOwnPosition(position: Position): void {
    // The response to the last position can arrive in a microtask after the connection is closed.
    if (this.#isStopped) return;
    this.#ownPosition = position;
    for (const friend of this.#friends.values()) this.#friends.set(friend.id, this.#measure(friend));
    this.#show();
  }

  /** A new connection starts with the server's distances, not with the position of the previous connection. */
  clearOwnPosition(): void {
    this.#ownPosition = undefined;
  }

  /** Cancels all timers. The list stays as it is. */
  stop(): void {
    this.#isStopped = true;
    this.#cancelExpiry();
  }

  #upsert(friends: readonly NearbyFriend[]): void {
    for (const friend of friends) {
      this.#serverClock.observePast(friend.at);
      const measured = this.#measure(friend);
      const held = this.#friends.get(friend.id);
      // A server that measures itself resends all friends when the viewer moves. Equal entries are no change.
      if (!held || !isEqual(held, measured)) this.#friends.set(friend.id, measured);
    }
  }

  #measure(friend: NearbyFriend): NearbyFriend {
    if (!this.#ownPosition) return friend;
    const distance =
      Math.round(metersBetween(this.#ownPosition, friend) * CENTIMETRES_PER_METER) / CENTIMETRES_PER_METER;
    return distance === friend.distance ? friend : { ...friend, distance };
  }

  #show(): void {
    this.#cancelExpiry();
    const now = this.#serverClock.now();
    let next = Number.POSITIVE_INFINITY;
    for (const friend of this.#friends.values()) {
      const left = this.#endOf(friend) - now;
      if (left <= 0) this.#friends.delete(friend.id);
      else next = Math.min(next, left);
    }
    const shown = [...this.#friends.values()].sort(byDistance);
    const before = this.#shown.value;
    if (shown.length !== before.length || shown.some((friend, i) => friend !== before[i])) this.#shown.set(shown);
    if (next < Number.POSITIVE_INFINITY) this.#cancelExpiry = this.#clock.after(next, () => this.#show());
  }

  /** When the friend's position expires, ms on the server's clock. */
  #endOf({ at, staysVisibleSeconds }: NearbyFriend): number {
    return at + (staysVisibleSeconds === undefined ? this.#ttlMs : staysVisibleSeconds * 1000);
  }
}

/** Breaks ties by id, so that the order is stable. */
function byDistance(a: NearbyFriend, b: NearbyFriend): number {
  return a.distance - b.distance || (a.id < b.id ? -1 : 1);
}

function isEqual(a: NearbyFriend, b: NearbyFriend): boolean {
  const fields = Object.keys(a) as (keyof NearbyFriend)[];
  return fields.length === Object.keys(b).length && fields.every((field) => a[field] === b[field]);
}
