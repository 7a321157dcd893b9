/** Percentiles as if all values had been kept, as fine as is promised. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Timings } from './timings.ts';

function of(values: readonly number[]): Timings {
  const timings = new Timings();
  for (const value of values) timings.add(value);
  return timings;
}

describe('timings', () => {
  it('give nearest-rank percentiles in any order', () => {
    const values = Array.from({ length: 200 }, (_, index) => 200 - index);
    expect(of(values).summary()).toEqual({ count: 200, median: 100, p95: 190, p99: 198, worst: 200 });
  });

  it('are 0 of nothing, and count what is not over yet without keeping it', () => {
    const nothing = { count: 0, median: 0, p95: 0, p99: 0, worst: 0 };
    const timings = of([]);
    expect(timings.summary()).toEqual(nothing);
    expect(timings.summary([5])).toMatchObject({ count: 1, worst: 5 });
    expect(timings.summary()).toEqual(nothing);
  });

  it('are as fine as a tenth of a millisecond, or a thousandth of what is longer', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 899_000, noNaN: true }), { minLength: 1 }), (values) => {
        const sorted = [...values].sort((a, b) => a - b);
        const { median, p99, worst, count } = of(values).summary();
        const exact = (share: number): number => sorted[Math.ceil(share * sorted.length) - 1] ?? 0;
        for (const [got, wanted] of [
          [median, exact(0.5)],
          [p99, exact(0.99)],
        ] as const) {
          expect(Math.abs(got - wanted)).toBeLessThanOrEqual(Math.max(0.06, wanted / 1_000));
        }
        expect(worst).toBe(sorted.at(-1));
        expect(count).toBe(values.length);
      }),
    );
  });

  it('are the sum of those of several processes', () => {
    const sum = Timings.of([of([5]).bins(), of([7, 7, 7]).bins()]);
    expect(sum.bins()).toEqual([
      [50, 1],
      [70, 3],
    ]);
    expect(sum.total).toBe(4);
  });

  it('say how many are longer than a bound', () => {
    const values = Array.from({ length: 100 }, (_, index) => index + 1);
    expect([0.5, 0.99, 1].map((share) => of(values).quantile(share))).toEqual([50, 99, 100]);
    expect(of(values).longerThan(90)).toBe(10);
    expect(of([90.1, 90, 2_000]).longerThan(90)).toBe(2);
  });

  it('have no quantile when there are none', () => {
    expect(of([]).quantile(0.5)).toBeNaN();
  });

  it('keep what is negative or endless within their bounds', () => {
    const timings = of([-3, 1e9]);
    expect([0.5, 1].map((share) => timings.quantile(share))).toEqual([0, 900_000]);
  });

  it('know the worst of what is beyond all measure', () => {
    expect(of([2_000_000]).summary().worst).toBe(2_000_000);
  });
});
