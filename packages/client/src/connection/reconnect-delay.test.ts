import { describe, expect, it } from '@jest/globals';
import { MAX_DELAY_MS, reconnectDelayMs } from './reconnect-delay.ts';

describe('reconnectDelayMs', () => {
  it('doubles up to half a minute with equal jitter', () => {
    const bounds = [0, 1, 2, 3, 4, 5, 6, 100].map((failures) => [
      reconnectDelayMs(failures, 0),
      reconnectDelayMs(failures, 1),
    ]);
    expect(bounds).toEqual([
      [500, 1_000],
      [1_000, 2_000],
      [2_000, 4_000],
      [4_000, 8_000],
      [8_000, 16_000],
      [15_000, MAX_DELAY_MS],
      [15_000, MAX_DELAY_MS],
      [15_000, MAX_DELAY_MS],
    ]);
  });

  it('differs between clients', () => {
    expect(new Set([0.1, 0.2, 0.3, 0.4].map((random) => reconnectDelayMs(0, random))).size).toBe(4);
  });
});
