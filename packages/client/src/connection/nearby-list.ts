/** The list an app shows: takes the server's messages, measures, sorts, lets friends drop out who have fallen silent. */
import type { Clock } from '../clock.ts';
import { MutableObservable, type Observable } from '../observable.ts';
import type { NearbyChanges, NearbyFriend, NearbySnapshot, Position } from '../wire-messages.ts';
import { metersBetween } from './meters-between.ts';
import type { ServerClock } from './server-clock.ts';

/** What the server keeps of a position, ms: nobody who is silent for longer is on a list. */
export const POSITION_TTL_MS = 600_000;

/** Distances are whole centimetres, as the server tells them: what is less is no change. */
const CENTIMETRES = 100;

/**
 * Distances are measured here, from where the server last took the viewer to be, so that it need not send friends who
 * rest again whenever the viewer moves. Until it has taken a position on this connection they are as it says; and who
 * is near is always as it says.
 *
 * After a lost connection the list stays on show, ageing, until the next snapshot replaces it. Ageing is done here as
 * well as by the server, because the server tells nothing while there is no connection.
 */
export class NearbyList {
  readonly #serverClock: ServerClock;
  readonly #clock: Clock;
  readonly #ttlMs: number;
  readonly #friends = new Map<string, NearbyFriend>();
  readonly #shown = new MutableObservable<readonly NearbyFriend[]>([]);
  /** Where the viewer is, once the server has taken that on this connection. */
  #own: Position | undefined;
  #isStopped = false;
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

  /** The server has taken the viewer to be there. */
  moveTo(own: Position): void {
    // The answer to the last position may be on its way through promises while the connection is closed.
    if (this.#isStopped) return;
    this.#own = own;
    for (const friend of this.#friends.values()) this.#friends.set(friend.id, this.#measured(friend));
    this.#show();
  }

  /** A connection begins: where the viewer was on the one before, this one's distances are not measured from. */
  connected(): void {
    this.#own = undefined;
  }

  /** Sets no timer any more. What is shown stays. */
  stop(): void {
    this.#isStopped = true;
    this.#cancelAgeing();
  }

  #upsert(friends: readonly NearbyFriend[]): void {
    for (const friend of friends) {
      this.#serverClock.observePast(friend.at);
      const measured = this.#measured(friend);
      const held = this.#friends.get(friend.id);
      // A server that measures sends everybody again when the viewer has moved: that is no news.
      if (!held || !isSame(held, measured)) this.#friends.set(friend.id, measured);
    }
  }

  #measured(friend: NearbyFriend): NearbyFriend {
    if (!this.#own) return friend;
    const distance = Math.round(metersBetween(this.#own, friend) * CENTIMETRES) / CENTIMETRES;
    return distance === friend.distance ? friend : { ...friend, distance };
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

function isSame(a: NearbyFriend, b: NearbyFriend): boolean {
  const fields = Object.keys(a) as (keyof NearbyFriend)[];
  return fields.length === Object.keys(b).length && fields.every((field) => a[field] === b[field]);
}
