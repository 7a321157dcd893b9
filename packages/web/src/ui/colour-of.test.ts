/** Checks the contrast of the avatar colours and that each user keeps one colour. */
import { describe, expect, it } from '@jest/globals';
import { colourOf, initialsOf, PERSON_COLOURS } from './colour-of.ts';

/** WCAG 2.2, "contrast ratio", against white. */
function contrastWithWhite(colour: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.040_45 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 1.05 / (0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05);
}

describe('colourOf', () => {
  it.each(PERSON_COLOURS)('%s has enough contrast with white letters', (colour) => {
    expect(contrastWithWhite(colour)).toBeGreaterThanOrEqual(4.5);
  });

  it('is stable per user and uses all colours', () => {
    expect(colourOf('alice')).toBe(colourOf('alice'));
    expect(new Set(Array.from({ length: 300 }, (_, index) => colourOf(`user-${index}`))).size).toBe(
      PERSON_COLOURS.length,
    );
  });
});

describe('initialsOf', () => {
  it.each([
    ['alice', 'AL'],
    ['Bob van Miller', 'BM'],
    ['user_7', 'U7'],
    ['김준', '김'],
    ['x', 'X'],
    ['', '?'],
  ])('of "%s" are "%s"', (name, expected) => {
    expect(initialsOf(name)).toBe(expected);
  });
});
