import { describe, expect, it } from '@jest/globals';
import { type Candidate, chooseByRendezvous, hashString } from './rendezvous.ts';

const KEYS = Array.from({ length: 10_000 }, (_, i) => `user-${i}`);

/** Instance names as in practice: random, or numbered by the operator. */
const NAMINGS = {
  numbered: (i: number) => `location-${i}`,
  'made up': (i: number) => hashString(`seed ${i}`).toString(16).padStart(12, 'f'),
};

const candidate = (id: string): Candidate => ({ id, hash: hashString(id) });

function shares(candidates: readonly Candidate[]): Map<string, number> {
  const counts = new Map(candidates.map(({ id }) => [id, 0]));
  for (const key of KEYS) {
    const chosen = chooseByRendezvous(key, candidates)?.id ?? '';
    counts.set(chosen, (counts.get(chosen) ?? 0) + 1);
  }
  return counts;
}

describe.each(Object.entries(NAMINGS))('rendezvous hashing, instances %s', (_, name) => {
  it.each([2, 3, 4, 5, 6, 7, 8, 9, 10])('gives %d instances even shares', (count) => {
    const expected = KEYS.length / count;
    let chiSquare = 0;
    for (const share of shares(Array.from({ length: count }, (_, i) => candidate(name(i)))).values()) {
      chiSquare += (share - expected) ** 2 / expected;
    }
    // The 99.9 % quantile of chi-square is below 28 for 9 degrees of freedom and grows with them.
    expect(chiSquare).toBeLessThan(28);
  });

  it('moves only the keys of the one that goes, and gives them evenly to the others', () => {
    const before = Array.from({ length: 5 }, (_, i) => candidate(name(i)));
    const gone = before[2];
    const after = before.filter((one) => one !== gone);
    const heirs = new Map<string, number>();
    let movedWithoutNeed = 0;
    for (const key of KEYS) {
      const old = chooseByRendezvous(key, before);
      const now = chooseByRendezvous(key, after);
      if (old !== gone) movedWithoutNeed += now === old ? 0 : 1;
      else heirs.set(now?.id ?? '', (heirs.get(now?.id ?? '') ?? 0) + 1);
    }
    expect(movedWithoutNeed).toBe(0);
    expect(heirs.size).toBe(4);
    for (const count of heirs.values()) expect(count).toBeGreaterThan(KEYS.length / 5 / 4 / 2);
  });
});

describe('rendezvous hashing', () => {
  it('does not depend on the order of the instances', () => {
    const candidates = Array.from({ length: 7 }, (_, i) => candidate(`location-${i}`));
    const choose = (order: readonly Candidate[]) => KEYS.map((key) => chooseByRendezvous(key, order)?.id);
    expect(choose(candidates.toReversed())).toEqual(choose(candidates));
  });

  it('chooses none without candidates', () => {
    expect(chooseByRendezvous('a', [])).toBeUndefined();
  });
});
