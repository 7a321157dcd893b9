import { describe, expect, it } from '@jest/globals';
import { isVisible, RENEWAL_MS, renewedEnd } from './visible-grant.ts';

const NOW = 1_800_000_000_000;

describe('a grant', () => {
  it('is visible until its end, and hidden never', () => {
    expect(isVisible({ precision: 'approximate', until: null }, NOW)).toBe(true);
    expect(isVisible({ precision: 'exact', until: NOW + 1 }, NOW)).toBe(true);
    expect(isVisible({ precision: 'exact', until: NOW }, NOW)).toBe(false);
    expect(isVisible({ precision: 'hidden', until: null }, NOW)).toBe(false);
  });

  it('that is given again keeps its end, and one that has ended never lasts for ever', () => {
    expect(renewedEnd(null, NOW)).toBeNull();
    expect(renewedEnd(NOW + 1, NOW)).toBe(NOW + 1);
    expect(renewedEnd(NOW, NOW)).toBe(NOW + RENEWAL_MS);
  });
});
