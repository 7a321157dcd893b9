/** The friend graph resembles social networks: a heavy tail of degrees, and friends who know each other. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { seededRandom } from '../plain/seeded-random.ts';
import { makeFriendNetwork, NETWORK, type Pair } from './friend-network.ts';

const network = (people: number, seed = 1): Pair[] => makeFriendNetwork({ people, ...NETWORK }, seededRandom(seed));

function friendsOf(people: number, pairs: readonly Pair[]): Set<number>[] {
  const friends = Array.from({ length: people }, () => new Set<number>());
  for (const [one, other] of pairs) {
    friends[one]?.add(other);
    friends[other]?.add(one);
  }
  return friends;
}

/** Watts and Strogatz: how often two friends of a person are friends themselves; the mean over all people. */
function clustering(friends: readonly ReadonlySet<number>[]): number {
  const local = friends.flatMap((circle) => {
    const people = [...circle];
    if (people.length < 2) return [];
    const known = people.flatMap((one, index) => people.slice(index + 1).filter((other) => friends[one]?.has(other)));
    return [(2 * known.length) / (people.length * (people.length - 1))];
  });
  return local.reduce((sum, share) => sum + share, 0) / local.length;
}

/** B. M. Hill's estimate of the exponent of a power law, from the largest tenth. */
function tailExponent(degrees: readonly number[]): number {
  const tail = [...degrees].sort((a, b) => b - a).slice(0, Math.floor(degrees.length / 10));
  const least = tail.at(-1) ?? 1;
  return 1 + tail.length / tail.reduce((sum, degree) => sum + Math.log(degree / least), 0);
}

describe('a network of 2,000 people', () => {
  const PEOPLE = 2_000;
  const friends = friendsOf(PEOPLE, network(PEOPLE));
  const degrees = friends.map(({ size }) => size).sort((a, b) => a - b);
  const mean = degrees.reduce((sum, degree) => sum + degree, 0) / PEOPLE;

  it('is clustered: far more triangles than among strangers', () => {
    const unclustered = mean / (PEOPLE - 1);
    expect(clustering(friends)).toBeGreaterThan(0.25);
    expect(clustering(friends)).toBeGreaterThan(30 * unclustered);
  });

  it('has a heavy tail: a power law with an exponent between 2 and 4, as social networks have', () => {
    expect(tailExponent(degrees)).toBeGreaterThan(2);
    expect(tailExponent(degrees)).toBeLessThan(4);
    expect(degrees.at(-1)).toBeGreaterThan(15 * (degrees[PEOPLE / 2] ?? 0));
  });

  it('has about ten friends per person, and fewer for most', () => {
    expect(mean).toBeGreaterThan(8);
    expect(mean).toBeLessThan(12);
    expect(degrees[PEOPLE / 2]).toBeLessThan(mean);
  });
});

describe('a network of any size', () => {
  it('names every pair once, the lower one first, and leaves no person without a friend', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 120 }), fc.integer(), (people, seed) => {
        const pairs = network(people, seed);
        expect(new Set(pairs.map(String)).size).toBe(pairs.length);
        for (const [one, other] of pairs) {
          expect(one).toBeGreaterThanOrEqual(0);
          expect(one).toBeLessThan(other);
          expect(other).toBeLessThan(people);
        }
        const alone = friendsOf(people, pairs).filter(({ size }) => size === 0);
        expect(alone).toHaveLength(people === 1 ? 1 : 0);
      }),
    );
  });

  it('is the same for the same seed', () => {
    expect(network(50, 3)).toEqual(network(50, 3));
    expect(network(50, 3)).not.toEqual(network(50, 4));
  });
});
