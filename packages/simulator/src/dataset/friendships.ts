/** Who is whose friend, from a CSV of undirected friendships. */
import { type UserId, userIdSchema } from '@nearby-friends/protocol';
import { malformedValue, readCsv } from './csv.ts';

/** Every user named, each with all friends; symmetric. */
export type Friendships = ReadonlyMap<UserId, ReadonlySet<UserId>>;

/** Builds the symmetric relation. A pair given twice, or in both directions, counts once. */
export function friendshipsOf(pairs: Iterable<readonly [UserId, UserId]>): Friendships {
  const friendships = new Map<UserId, Set<UserId>>();
  const add = (user: UserId, friend: UserId): void => {
    const friends = friendships.get(user);
    if (friends === undefined) friendships.set(user, new Set([friend]));
    else friends.add(friend);
  };
  for (const [a, b] of pairs) {
    add(a, b);
    add(b, a);
  }
  return friendships;
}

/** Reads columns `user,friend`. Throws {@link ReplayError} naming file and line. */
export async function readFriendships(file: string, remedyIfMissing: string): Promise<Friendships> {
  const rows = await readCsv(file, ['user', 'friend'], remedyIfMissing);
  const pairs = rows.map(({ values, line }) => {
    const pair = [parseUser(values.user, 'user'), parseUser(values.friend, 'friend')] as const;
    if (pair[0] === pair[1]) throw malformedValue(file, line, 'friend', 'another user than “user”');
    return pair;

    function parseUser(value: string, column: string): UserId {
      const user = userIdSchema.safeParse(value);
      if (!user.success) throw malformedValue(file, line, column, 'a user id (1–64 characters of A-Za-z0-9_-)');
      return user.data;
    }
  });
  return friendshipsOf(pairs);
}

/** All users, best connected first; equal ones in the order of their ids, so that every run agrees. */
export function byNumberOfFriends(friendships: Friendships): UserId[] {
  return [...friendships]
    .sort(([aId, aFriends], [bId, bFriends]) => bFriends.size - aFriends.size || (aId < bId ? -1 : 1))
    .map(([user]) => user);
}
