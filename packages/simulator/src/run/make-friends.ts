/** Makes the friendships that are not there yet, in the order given. */
import type { UserId } from '@nearby-friends/protocol';
import type { GraphApi } from '../client/graph-api.ts';

/** Enough to be quick, few enough to leave room for others. */
const AT_ONCE = 12;

export interface FriendshipsMade {
  readonly made: number;
  /** There already. */
  readonly found: number;
}

/** `onProgress` hears of every pair that is done. Rejects when the deployment refuses. */
export async function makeFriends(
  api: Pick<GraphApi, 'friendsOf' | 'befriend'>,
  pairs: readonly (readonly [UserId, UserId])[],
  onProgress: (done: number) => void = () => undefined,
): Promise<FriendshipsMade> {
  const friends = new Map<UserId, Promise<ReadonlySet<UserId>>>();
  const friendsOf = (user: UserId): Promise<ReadonlySet<UserId>> => {
    const known = friends.get(user) ?? api.friendsOf(user);
    friends.set(user, known);
    return known;
  };
  let made = 0;
  let done = 0;
  await inTurns(pairs, async ([one, other]) => {
    if (!(await friendsOf(one)).has(other)) {
      await api.befriend(one, other);
      made += 1;
    }
    done += 1;
    onProgress(done);
  });
  return { made, found: pairs.length - made };
}

/** Does the same with each, some at a time, begun in order. Rejects with the first failure, when all begun have ended. */
export async function inTurns<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const waiting = items.values();
  let failure: { readonly reason: unknown } | undefined;
  const worker = async (): Promise<void> => {
    for (const item of waiting) {
      if (failure !== undefined) return;
      await work(item).catch((reason: unknown) => {
        failure ??= { reason };
      });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  if (failure !== undefined) throw failure.reason;
}
