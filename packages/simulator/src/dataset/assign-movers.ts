/** Gives the movements of strangers (cabs) to the users of a friendship network: an invention, made the same every time. */
import type { UserId } from '@nearby-friends/protocol';
import { byNumberOfFriends, type Friendships } from './friendships.ts';
import type { Movement } from './movements.ts';

interface Assignment {
  readonly movements: Movement[];
  readonly userOf: ReadonlyMap<UserId, UserId>;
  /** Movers who got no user because the network has too few; their movements are left out. */
  readonly leftOut: number;
}

/**
 * The movers, in the order of their ids, become the users with the most friends, in that order.
 * Well-connected users give the most pairs of friends that both move.
 */
export function assignMovers(movements: readonly Movement[], friendships: Friendships): Assignment {
  const movers = [...new Set(movements.map(({ user }) => user))].sort();
  const users = byNumberOfFriends(friendships);
  const userOf = new Map<UserId, UserId>();
  for (const [index, mover] of movers.entries()) {
    const user = users[index];
    if (user !== undefined) userOf.set(mover, user);
  }
  const assigned = movements.flatMap((movement) => {
    const user = userOf.get(movement.user);
    return user === undefined ? [] : [{ ...movement, user }];
  });
  return { movements: assigned, userOf, leftOut: movers.length - userOf.size };
}
