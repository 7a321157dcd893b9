/** Counts what a window of movements tests: how many friends enter lists, leave them and expire. */
import { distanceMeters } from '@nearby-friends/geo';
import { LEAVE_RADIUS_FACTOR, type UserId } from '@nearby-friends/protocol';
import type { Friendships } from './friendships.ts';
import type { Movement, TimeWindow } from './movements.ts';

interface WindowFigures {
  readonly movements: number;
  /** Users who move in the window. */
  readonly movers: number;
  /** Viewer and friend who both move in the window; each direction counts. */
  readonly pairs: number;
  /** Entries of all lists together, at 100 evenly spaced moments. */
  readonly listedMean: number;
  readonly listedMax: number;
  /** How often a friend entered a list, by moving or by the viewer's moving. */
  readonly entered: number;
  /** How often a friend left a list by moving, or by the viewer's moving. */
  readonly left: number;
  /** How often a friend left a list by expiry. */
  readonly expired: number;
}

interface WindowFiguresOptions {
  /** Sorted by time, all within the window. */
  readonly movements: readonly Movement[];
  readonly window: TimeWindow;
  readonly friendships: Friendships;
  readonly radiusMeters: number;
  /** Dataset time, ms. */
  readonly ttlMs: number;
}

const SAMPLES = 100;

/** Plays the window in dataset time, with no network and no delays. */
export function windowFigures(options: WindowFiguresOptions): WindowFigures {
  const { movements, window, ttlMs } = options;
  const lists = new Lists(options);
  const samples: number[] = [];
  // All expire after the same time, so they expire in the order in which they came.
  let nextToExpire = 0;
  const advanceTo = (timeMs: number): void => {
    for (let old = movements[nextToExpire]; old !== undefined && old.atMs + ttlMs < timeMs; ) {
      lists.expire(old);
      nextToExpire += 1;
      old = movements[nextToExpire];
    }
  };
  for (const movement of movements) {
    for (let due = sampleTime(window, samples.length); due < movement.atMs; due = sampleTime(window, samples.length)) {
      advanceTo(due);
      samples.push(lists.listed);
    }
    advanceTo(movement.atMs);
    lists.move(movement);
  }
  while (samples.length < SAMPLES) {
    advanceTo(sampleTime(window, samples.length));
    samples.push(lists.listed);
  }
  return {
    movements: movements.length,
    ...lists.figures(),
    listedMean: samples.reduce((sum, listed) => sum + listed, 0) / SAMPLES,
    listedMax: Math.max(...samples),
  };
}

/** The middle of each hundredth; beyond the last there is none. */
function sampleTime({ fromMs, toMs }: TimeWindow, index: number): number {
  return index < SAMPLES ? fromMs + ((index + 0.5) / SAMPLES) * (toMs - fromMs) : Number.POSITIVE_INFINITY;
}

/** The lists of all viewers, kept by the rules; an inactive viewer keeps its list. */
class Lists {
  readonly #friendships: Friendships;
  readonly #radiusMeters: number;
  readonly #latest = new Map<UserId, Movement>();
  readonly #active = new Set<UserId>();
  readonly #listOf = new Map<UserId, Set<UserId>>();
  #entered = 0;
  #left = 0;
  #expired = 0;

  constructor({ friendships, radiusMeters }: WindowFiguresOptions) {
    this.#friendships = friendships;
    this.#radiusMeters = radiusMeters;
  }

  get listed(): number {
    return this.#entered - this.#left - this.#expired;
  }

  move(movement: Movement): void {
    const mover = movement.user;
    this.#latest.set(mover, movement);
    this.#active.add(mover);
    for (const friend of this.#friendships.get(mover) ?? []) {
      const other = this.#latest.get(friend);
      if (other === undefined) continue;
      const distance = distanceMeters(movement.lat, movement.lng, other.lat, other.lng);
      this.#place(friend, mover, distance);
      if (this.#active.has(friend)) this.#place(mover, friend, distance);
    }
  }

  /** Nothing happens when the user has moved since. */
  expire(old: Movement): void {
    if (this.#latest.get(old.user) !== old) return;
    this.#active.delete(old.user);
    for (const viewer of this.#friendships.get(old.user) ?? []) {
      if (this.#list(viewer).delete(old.user)) this.#expired += 1;
    }
  }

  figures(): Pick<WindowFigures, 'movers' | 'pairs' | 'entered' | 'left' | 'expired'> {
    const movers = [...this.#latest.keys()];
    const friendsWhoMove = (user: UserId): number =>
      [...(this.#friendships.get(user) ?? [])].filter((friend) => this.#latest.has(friend)).length;
    return {
      movers: movers.length,
      pairs: movers.reduce((sum, user) => sum + friendsWhoMove(user), 0),
      entered: this.#entered,
      left: this.#left,
      expired: this.#expired,
    };
  }

  #place(viewer: UserId, friend: UserId, distance: number): void {
    const list = this.#list(viewer);
    const listed = list.has(friend);
    if (!listed && distance <= this.#radiusMeters) {
      list.add(friend);
      this.#entered += 1;
    } else if (listed && distance > this.#radiusMeters * LEAVE_RADIUS_FACTOR) {
      list.delete(friend);
      this.#left += 1;
    }
  }

  #list(viewer: UserId): Set<UserId> {
    const list = this.#listOf.get(viewer) ?? new Set();
    this.#listOf.set(viewer, list);
    return list;
  }
}
