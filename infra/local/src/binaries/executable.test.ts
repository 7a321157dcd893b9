/** Which versions are new enough. */
import { describe, expect, it } from '@jest/globals';
import { isAtLeast } from './executable.ts';

describe('isAtLeast', () => {
  it.each([
    ['7.0.15', '7.0.0', true],
    ['8.0.2', '7.0.0', true],
    ['6.2.14', '7.0.0', false],
    ['1.22.1', '1.22.0', true],
    ['1.9.0', '1.22.0', false],
    ['7.0', '7.0.0', true],
  ])('%s against %s: %s', (version, wanted, expected) => {
    expect(isAtLeast(version, wanted)).toBe(expected);
  });
});
