/** Tests which faces are grouped on the map. */
import { describe, expect, it } from '@jest/globals';
import { seededRandom } from '@nearby-friends/testing/seeded-random';
import { GROUP_DISTANCE, groupFaces } from './group-faces.ts';

const face = (id: string, x: number, y: number, isSelected = false) => ({ id, x, y, isSelected });

/** The ids of each mark, sorted. */
const marksOf = (faces: readonly ReturnType<typeof face>[]): string[] => {
  const { heads, hidden } = groupFaces(faces);
  return heads.map(({ id }) => [id, ...(hidden.get(id) ?? []).map((other) => other.id).sort()].join(' ')).sort();
};

const crowd = () => {
  const random = seededRandom(11);
  return Array.from({ length: 300 }, (_, index) => face(`f${index}`, random() * 900, random() * 700));
};

describe('groupFaces', () => {
  it('leaves faces that do not cover each other alone', () => {
    const faces = [face('ben', 0, 0), face('ada', GROUP_DISTANCE, 0)];
    expect(groupFaces(faces)).toEqual({ heads: faces, hidden: new Map() });
  });

  it('joins faces at one place', () => {
    expect(marksOf([face('ben', 5, 5), face('ada', 5, 5), face('cleo', 300, 5)])).toEqual(['ada ben', 'cleo']);
  });

  it('does not join a chain of faces into one mark', () => {
    expect(marksOf([face('a', 0, 0), face('b', 20, 0), face('c', 40, 0), face('d', 60, 0)])).toEqual(['a b', 'c d']);
  });

  it('never hides the selected face', () => {
    expect(marksOf([face('ada', 5, 5), face('ben', 5, 5, true), face('cleo', 5, 5)])).toEqual(['ada cleo', 'ben']);
  });

  it('finds the same groups in any order of the faces', () => {
    const faces = crowd();
    const expected = marksOf(faces);
    expect(expected.length).toBeLessThan(faces.length);
    const random = seededRandom(3);
    for (let round = 0; round < 20; round++) {
      const keys = new Map(faces.map(({ id }) => [id, random()]));
      expect(marksOf(faces.toSorted((a, b) => (keys.get(a.id) ?? 0) - (keys.get(b.id) ?? 0)))).toEqual(expected);
    }
  });

  it('finds the same groups while the map is panned', () => {
    const faces = crowd();
    expect(marksOf(faces.map((one) => ({ ...one, x: one.x - 512, y: one.y + 64 })))).toEqual(marksOf(faces));
  });

  it('keeps every face exactly once, and marks apart from each other', () => {
    const faces = crowd();
    const { heads, hidden } = groupFaces(faces);
    const kept = [...heads, ...[...hidden.values()].flat()].map(({ id }) => id);
    expect(kept.sort()).toEqual(faces.map(({ id }) => id).sort());
    const distances = heads.flatMap((a, index) => heads.slice(index + 1).map((b) => Math.hypot(a.x - b.x, a.y - b.y)));
    expect(Math.min(...distances)).toBeGreaterThanOrEqual(GROUP_DISTANCE);
  });

  it('keeps the order of the faces, which is the drawing order', () => {
    const { heads, hidden } = groupFaces([face('z', 0, 0), face('c', 300, 0), face('a', 300, 0), face('b', 300, 0)]);
    expect(heads.map(({ id }) => id)).toEqual(['z', 'a']);
    expect(hidden.get('a')?.map(({ id }) => id)).toEqual(['c', 'b']);
  });
});
