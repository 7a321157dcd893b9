import { describe, expect, it } from '@jest/globals';
import { nameSkeleton } from './name-skeleton.ts';

describe('[G9] the skeleton of a name', () => {
  it.each([
    ['a Cyrillic о', 'Bob', 'B\u043Eb'],
    ['a zero-width space', 'Bob', 'Bob\u200B'],
    ['a soft hyphen', 'Bob', 'Bo\u00ADb'],
    ['a direction mark', 'Bob', 'Bob\u200E'],
    ['capital I for l', 'Bill', 'BiIl'],
    ['mathematical letters', 'Bob', '\u{1D401}\u{1D428}\u{1D41B}'],
    ['fullwidth letters', 'Bob', '\uFF22\uFF4F\uFF42'],
    ['another composition', '\u00C5sa', 'A\u030Asa'],
    ['case', 'Bob', 'BOB'],
    ['spaces', 'Ann Lee', 'Ann\u00A0 Lee'],
  ])('is the same for names that differ by %s', (_, one, other) => {
    expect(nameSkeleton(other)).toBe(nameSkeleton(one));
  });

  it.each([
    ['Bob', 'Rob'],
    ['박지민', '박지만'],
    ['Ann', 'Anna'],
    ['José', 'Jose'],
  ])('distinguishes %s and %s', (one, other) => {
    expect(nameSkeleton(other)).not.toBe(nameSkeleton(one));
  });
});
