/** The addresses: different users land on different networks. */
import { describe, expect, it } from '@jest/globals';
import { sourceAddress } from './source-address.ts';

describe('sourceAddress', () => {
  it('gives each of 65,536 users its own /24', () => {
    const networks = new Set(Array.from({ length: 65_536 }, (_, index) => sourceAddress(index).replace(/\.\d+$/, '')));
    expect(networks.size).toBe(65_536);
  });

  it('gives private host addresses', () => {
    expect(sourceAddress(0)).toBe('10.0.0.1');
    expect(sourceAddress(257)).toBe('10.1.1.1');
    expect(sourceAddress(65_536)).toBe('10.0.0.2');
  });
});
