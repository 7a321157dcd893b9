/** Makes the friendships that are not there yet, in the order given. */
import type { UserId } from '@nearby-friends/protocol';
import type { GraphApi } from './graph-api.ts';

/** Enough to be quick, few enough to leave room for others. */
const AT_ONCE = 12;

interface FriendshipsMade {
  readonly made: number;
  /** There already. */
  readonly found: number;
}

/** `onProgress` is called after every pair. Rejects when the deployment refuses. */
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
  const make = async ([one, other]: readonly [UserId, UserId]): Promise<void> => {
    if (!(await friendsOf(one)).has(other)) {
      await api.befriend(one, other);
      made += 1;
    }
    done += 1;
    onProgress(done);
  };
  // A change locks both people: those of a person with many friends would wait for each other, and time out.
  await forEachConcurrently(pairs, make, (pair) => pair);
  return { made, found: pairs.length - made };
}

/**
 * Does the same with each, some at a time, begun in order as far as none of those that run has a key of it. Rejects with the
 * first failure, when all begun have ended.
 */
export async function forEachConcurrently<T extends object>(
  items: readonly T[],
  work: (item: T) => Promise<void>,
  keysOf: (item: T) => readonly unknown[] = () => [],
): Promise<void> {
  const waiting = [...items];
  const busy = new Set<unknown>();
  const running = new Set<Promise<void>>();
  let failure: { readonly reason: unknown } | undefined;
  const begin = (item: T): void => {
    const keys = keysOf(item);
    for (const key of keys) busy.add(key);
    const run = work(item)
      .catch((reason: unknown) => {
        failure ??= { reason };
      })
      .finally(() => {
        running.delete(run);
        for (const key of keys) busy.delete(key);
      });
    running.add(run);
  };
  while (failure === undefined) {
    const isFree = (item: T): boolean => keysOf(item).every((key) => !busy.has(key));
    const index = running.size < AT_ONCE ? waiting.findIndex(isFree) : -1;
    const [item] = index < 0 ? [] : waiting.splice(index, 1);
    if (item !== undefined) begin(item);
    else if (running.size > 0) await Promise.race(running);
    else break;
  }
  await Promise.all(running);
  if (failure !== undefined) throw failure.reason;
}
