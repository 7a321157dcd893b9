/** The random friendships of a benchmark: each user has about the same number of friends, anywhere among the users. */
import { randomAt } from './random-at.ts';

export interface GraphShape {
  /** Ordinary users, indices 0 … users − 1. */
  readonly users: number;
  /** Friends of each ordinary user among the ordinary ones; rounded down to an even number. */
  readonly friends: number;
  /** Further users, indices users … users + hubs − 1, each a friend of every ordinary user. Default 0. */
  readonly hubs?: number;
  readonly seed: number;
  /** Maximum distance of users from the middle, degrees of longitude. Default: all are near each other. */
  readonly spreadDegrees?: number;
}

/** Friendships in compressed rows; both directions are in it. */
export class SocialGraph {
  /** Ordinary users and hubs. */
  readonly users: number;
  readonly #starts: Int32Array;
  readonly #friends: Int32Array;

  constructor(starts: Int32Array, friends: Int32Array) {
    this.users = starts.length - 1;
    this.#starts = starts;
    this.#friends = friends;
  }

  /** Ascending, without duplicates. */
  friendsOf(user: number): Int32Array {
    return this.#friends.subarray(this.#starts[user] ?? 0, this.#starts[user + 1] ?? 0);
  }

  /** Directed: twice the friendships. */
  get edges(): number {
    return this.#friends.length;
  }
}

/**
 * The union of `friends / 2` random rings through all ordinary users. Where two rings share an edge a user has one friend
 * fewer, which among thousands of users hardly happens.
 */
export function makeGraph({ users, friends, hubs = 0, seed }: GraphShape): SocialGraph {
  const rows: number[][] = Array.from({ length: users + hubs }, () => []);
  const befriend = (a: number, b: number): void => {
    if (a === b) return;
    rows[a]?.push(b);
    rows[b]?.push(a);
  };
  const rings = users > 2 ? Math.floor(Math.min(friends, users - 1) / 2) : 0;
  for (let ring = 0; ring < rings; ring += 1) {
    const order = shuffledIndices(users, seed * 1_000 + ring);
    for (const [place, user] of order.entries()) befriend(user, order[(place + 1) % users] ?? user);
  }
  for (let hub = users; hub < users + hubs; hub += 1) {
    for (let user = 0; user < users; user += 1) befriend(hub, user);
  }
  return compress(rows);
}

/** Fisher and Yates. */
function shuffledIndices(count: number, seed: number): Int32Array {
  const order = Int32Array.from({ length: count }, (_, index) => index);
  for (let last = count - 1; last > 0; last -= 1) {
    const other = Math.floor(randomAt(seed, last) * (last + 1));
    const kept = order[last] ?? 0;
    order[last] = order[other] ?? 0;
    order[other] = kept;
  }
  return order;
}

function compress(rows: readonly (readonly number[])[]): SocialGraph {
  const unique = rows.map((row) => Int32Array.from(new Set(row)).sort());
  const starts = new Int32Array(rows.length + 1);
  for (const [user, row] of unique.entries()) starts[user + 1] = (starts[user] ?? 0) + row.length;
  const friends = new Int32Array(starts[rows.length] ?? 0);
  for (const [user, row] of unique.entries()) friends.set(row, starts[user]);
  return new SocialGraph(starts, friends);
}
