import { describe, expect, it } from '@jest/globals';
import { randomAt } from './random-at.ts';
import { makeGraph } from './social-graph.ts';

describe('the random graph', () => {
  const graph = makeGraph({ users: 2_000, friends: 40, hubs: 2, seed: 3 });

  it('is the same in every process', () => {
    const again = makeGraph({ users: 2_000, friends: 40, hubs: 2, seed: 3 });
    expect(again.friendsOf(17)).toEqual(graph.friendsOf(17));
  });

  it('holds both directions, no friend twice and no user as their own friend', () => {
    const sets = Array.from({ length: graph.users }, (_, user) => new Set(graph.friendsOf(user)));
    const wrong = sets.flatMap((friends, user) =>
      friends.size === graph.friendsOf(user).length && [...friends].every((one) => one !== user && sets[one]?.has(user))
        ? []
        : [user],
    );
    expect(wrong).toEqual([]);
  });

  it('gives each user nearly as many friends as requested, and the hubs all users', () => {
    const counts = Array.from({ length: 2_000 }, (_, user) => graph.friendsOf(user).length);
    expect(Math.min(...counts)).toBeGreaterThan(30);
    expect(Math.max(...counts)).toBeLessThanOrEqual(42);
    expect(graph.friendsOf(2_001)).toHaveLength(2_000);
    expect(graph.edges).toBeGreaterThan(2_000 * 41);
  });

  it('spreads the friends of a user over all indices', () => {
    const distances = [...graph.friendsOf(1_000)].map((friend) => Math.abs(friend - 1_000));
    expect(Math.max(...distances)).toBeGreaterThan(500);
  });
});

it('randomAt is spread evenly', () => {
  const values = Array.from({ length: 10_000 }, (_, index) => randomAt(1, index));
  for (let tenth = 0; tenth < 10; tenth += 1) {
    const count = values.filter((value) => Math.floor(value * 10) === tenth).length;
    expect(count).toBeGreaterThan(850);
    expect(count).toBeLessThan(1_150);
  }
});
