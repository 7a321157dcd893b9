/** Makes a friend graph as people have it: a few know very many, and friends of one are often friends of each other. */
import { between, pick, type Random } from '../plain/seeded-random.ts';

interface NetworkShape {
  readonly people: number;
  /** How many of the earlier ones a newcomer meets: about half of the mean number of friends. */
  readonly tiesPerNewcomer: number;
  /** How likely the next acquaintance is a friend of the last one: the clustering. */
  readonly closure: number;
}

export const NETWORK = { tiesPerNewcomer: 5, closure: 0.85 } as const;

/** Newcomers differ: this share of `tiesPerNewcomer` at least, and at most. */
const MIN_TIES = 0.4;
const MAX_TIES = 1.6;
/** Steps without a new acquaintance after which a newcomer gives up: among few people none may be left to meet. */
const TRIES_PER_TIE = 20;

/** An undirected friendship of two people, by their number; the lower one first. */
export type Pair = readonly [number, number];

/**
 * “Growing scale-free networks with tunable clustering” (P. Holme and B. J. Kim, Phys. Rev. E 65, 026107, 2002): newcomers
 * prefer well-connected people, and then meet friends of that person. Every pair once; with at least two people each has a friend.
 */
export function makeFriendNetwork({ people, tiesPerNewcomer, closure }: NetworkShape, random: Random): Pair[] {
  const friends: Set<number>[] = Array.from({ length: people }, () => new Set<number>());
  const pairs: Pair[] = [];
  /** The urn of preferential attachment: each person once per friend, and once more. */
  const urn: number[] = people > 0 ? [0] : [];
  const befriend = (one: number, other: number): void => {
    friends[one]?.add(other);
    friends[other]?.add(one);
    pairs.push(one < other ? [one, other] : [other, one]);
    urn.push(one, other);
  };
  for (let newcomer = 1; newcomer < people; newcomer += 1) {
    const wanted = Math.max(1, Math.round(tiesPerNewcomer * between(random, MIN_TIES, MAX_TIES)));
    const known = friends[newcomer] ?? new Set();
    let last: number | undefined;
    for (let tries = 0; known.size < Math.min(wanted, newcomer) && tries < wanted * TRIES_PER_TIE; tries += 1) {
      const circle: number[] = last === undefined || random() >= closure ? urn : [...(friends[last] ?? [])];
      const candidate = pick(random, circle);
      if (candidate === newcomer || known.has(candidate)) continue;
      befriend(newcomer, candidate);
      // The circle one moves in stays that of the first acquaintance until one is met at random.
      if (circle === urn) last = candidate;
    }
    urn.push(newcomer);
  }
  return pairs;
}
