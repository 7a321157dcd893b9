import { describe, expect, it } from '@jest/globals';
import { lookalikesOf, nameWithId } from './lookalikes.ts';

/** The second o is Cyrillic; the server computes the skeletons. */
const bob = { id: 'bob', displayName: 'Bob', nameSkeleton: 'bob' };
const mallory = { id: 'mallory', displayName: 'B\u043eb', nameSkeleton: 'bob' };
const cleo = { id: 'cleo', displayName: 'Cleo', nameSkeleton: 'cleo' };

describe('[G9] names that look alike', () => {
  it('are those of different people with the same skeleton: a Latin o and a Cyrillic one', () => {
    expect(bob.displayName).not.toBe(mallory.displayName);
    expect([...lookalikesOf([bob, cleo, mallory])].sort()).toEqual(['bob', 'mallory']);
    expect([...lookalikesOf([bob, cleo])]).toEqual([]);
  });

  it('are not those of one person on several lists', () => {
    expect([...lookalikesOf([bob, { ...bob }, { ...bob, displayName: 'Bob B.' }])]).toEqual([]);
  });

  it('are equal names, regardless of case, on a server that sends no skeletons', () => {
    const people = [
      { id: 'one', displayName: 'Bob' },
      { id: 'two', displayName: 'bob' },
      { id: 'three', displayName: 'Rob' },
    ];
    expect([...lookalikesOf(people)].sort()).toEqual(['one', 'two']);
  });

  it('are told apart by the id after the name', () => {
    expect([nameWithId(bob), nameWithId(mallory)]).toEqual(['Bob (bob)', 'B\u043eb (mallory)']);
  });
});
