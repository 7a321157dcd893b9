/** Friendships are made once, in order, and a refusal is reported. */
import { describe, expect, it } from '@jest/globals';
import { parseUserId, type UserId } from '@nearby-friends/protocol';
import { forEachConcurrently, makeFriends } from './make-friends.ts';

const [a, b, c] = [parseUserId('a'), parseUserId('b'), parseUserId('c')];

/** An API in memory. */
class Api {
  readonly friends = new Map<UserId, Set<UserId>>();
  requested = 0;

  friendsOf(user: UserId): Promise<Set<UserId>> {
    return Promise.resolve(new Set(this.friends.get(user)));
  }

  befriend(one: UserId, other: UserId): Promise<void> {
    this.requested += 1;
    this.friends.set(one, new Set([...(this.friends.get(one) ?? []), other]));
    return Promise.resolve();
  }
}

describe('making friends', () => {
  it('sends requests only where needed', async () => {
    const api = new Api();
    await api.befriend(a, b);
    expect(
      await makeFriends(api, [
        [a, b],
        [a, c],
        [b, c],
      ]),
    ).toEqual({ made: 2, found: 1 });
    expect(
      await makeFriends(api, [
        [a, b],
        [a, c],
        [b, c],
      ]),
    ).toEqual({ made: 0, found: 3 });
    expect(api.requested).toBe(3);
  });

  it('reports progress', async () => {
    const progress: number[] = [];
    await makeFriends(
      new Api(),
      [
        [a, b],
        [a, c],
      ],
      (done) => progress.push(done),
    );
    expect(progress).toEqual([1, 2]);
  });
});

describe('doing the same with each', () => {
  const items = Array.from({ length: 100 }, (_, index) => ({ index }));

  it('begins in order, and stops at the first failure', async () => {
    const begun: number[] = [];
    const work = async ({ index }: { index: number }): Promise<void> => {
      begun.push(index);
      await Promise.resolve();
      if (index === 20) throw new Error('no');
    };
    await expect(forEachConcurrently(items, work)).rejects.toThrow('no');
    expect(begun).toEqual(items.slice(0, begun.length).map(({ index }) => index));
    expect(begun.length).toBeLessThan(60);
  });

  it('does all, several at once, and never two that have something in common', async () => {
    const running = new Set<number>();
    let [done, most] = [0, 0];
    const keyOf = ({ index }: { index: number }): number => index % 7;
    await forEachConcurrently(
      items,
      async (item) => {
        expect(running.has(keyOf(item))).toBe(false);
        running.add(keyOf(item));
        most = Math.max(most, running.size);
        await new Promise((resolve) => setImmediate(resolve));
        running.delete(keyOf(item));
        done += 1;
      },
      (item) => [keyOf(item)],
    );
    expect({ done, most }).toEqual({ done: 100, most: 7 });
  });
});
