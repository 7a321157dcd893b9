import { describe, expect, it } from '@jest/globals';
import { cpuBetween, parseSchedstat } from './cpu-time.ts';
import { findHighest } from './find-highest.ts';
import { parseStatus } from './resident-memory.ts';
import { driftOf, median, quantile, relativeSpread, slope } from './statistics.ts';

it('the median is the middle, of an even number the mean of two', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 2, 3])).toBe(2.5);
  expect(median([])).toBeNaN();
});

it('the spread is half the distance of the extremes, relative to the median', () => {
  expect(relativeSpread([9, 10, 12])).toBeCloseTo(0.15);
  expect(relativeSpread([10])).toBe(0);
});

it('the slope is that of the line nearest to the points', () => {
  expect(
    slope([
      [2_000, 100],
      [6_000, 180],
      [10_000, 260],
    ]),
  ).toBeCloseTo(0.02);
  expect(slope([[1, 1]])).toBeNaN();
});

it('the drift of what grows by 1 in 100 each minute is 60 % per hour of what it was on average', () => {
  const { perMinute, sharePerHour } = driftOf([
    [1, 99],
    [2, 100],
    [3, 101],
  ]);
  expect(perMinute).toBeCloseTo(1);
  expect(sharePerHour).toBeCloseTo(0.6);
});

it('texts of the kernel are parsed', () => {
  expect(parseSchedstat('123456789 42 7\n')).toBe(123_456_789);
  expect(() => parseSchedstat('nonsense')).toThrow('CONFIG_SCHED_INFO');
  expect(parseStatus('Name:\tnode\nVmRSS:\t   2048 kB\n')).toBe(2 * 1_024 * 1_024);
});

it('CPU counts of processes that were there all the time', () => {
  const before = new Map([
    [1, 100],
    [2, 500],
  ]);
  const after = new Map([
    [1, 130],
    [3, 999],
  ]);
  expect(cpuBetween(before, after)).toBe(30);
});

describe('the search for the highest load', () => {
  const search = (limit: number, spoiled: readonly number[] = [], near?: number) => {
    let attempts = 0;
    return findHighest({
      from: near ?? 100,
      isNear: near !== undefined,
      factor: 1.3,
      most: 1e6,
      attempt: async (load) => ({ load, spoiled: spoiled.includes(attempts++) }),
      isGood: (result) => result.load <= limit && !result.spoiled,
    });
  };

  it('comes within one fine step of the limit', async () => {
    const { highest } = await search(5_000);
    expect(highest?.load).toBeLessThanOrEqual(5_000);
    expect((highest?.load ?? 0) * 1.1).toBeGreaterThan(5_000);
  });

  it('is not misled by one attempt that something else spoiled', async () => {
    const { highest } = await search(5_000, [1, 4]);
    expect((highest?.load ?? 0) * 1.3).toBeGreaterThan(5_000);
  });

  it('goes on in fine steps from a load that is near the limit', async () => {
    const { highest, steps } = await search(5_000, [], 4_800);
    expect(highest?.load).toBe(4_800);
    expect(steps.map(({ load }) => load / 4_800)).toEqual([
      1,
      expect.closeTo(1.3 ** (1 / 3)),
      expect.closeTo(1.3 ** (1 / 3)),
    ]);
  });

  it('finds none where the first load is too much', async () => {
    const { highest, steps } = await search(50);
    expect(highest).toBeNull();
    expect(steps).toHaveLength(2);
  });
});

it('a quantile is the least value that the share does not exceed', () => {
  const hundred = Array.from({ length: 100 }, (_, i) => 100 - i);
  expect([quantile(hundred, 0.5), quantile(hundred, 0.99), quantile(hundred, 1)]).toEqual([50, 99, 100]);
  expect(quantile([], 0.5)).toBeNaN();
});
