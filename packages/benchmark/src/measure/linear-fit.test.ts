import { expect, it } from '@jest/globals';
import { fitCosts, fittedTotal } from './linear-fit.ts';

const COUNTS = [
  [1_000, 0, 0, 2],
  [500, 1_000, 0, 2],
  [250, 500, 10_000, 2],
  [100, 200, 4_000, 2],
  [0, 0, 0, 2],
];

const observe = (costs: readonly number[]) => COUNTS.map((counts) => ({ counts, total: fittedTotal(costs, counts) }));

it('finds what everything costs', () => {
  const costs = [60, 12, 5, 900];
  const fitted = fitCosts(observe(costs));
  for (const [cause, cost] of costs.entries()) expect(fitted[cause]).toBeCloseTo(cost, 4);
});

it('lets nothing cost less than nothing', () => {
  const fitted = fitCosts(observe([60, -2, 5, 900]));
  expect(fitted[1]).toBe(0);
  for (const cost of fitted) expect(cost).toBeGreaterThanOrEqual(0);
});

it('what never occurs costs nothing', () => {
  const observations = observe([60, 12, 5, 900]).map(({ counts, total }) => ({ counts: [...counts, 0], total }));
  expect(fitCosts(observations)[4]).toBe(0);
});
