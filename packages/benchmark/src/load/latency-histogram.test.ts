import { describe, expect, it } from '@jest/globals';
import { LatencyHistogram, MAX_MS } from './latency-histogram.ts';

describe('the histogram', () => {
  it('gives the least latency that a share of all does not exceed', () => {
    const histogram = new LatencyHistogram();
    for (let latency = 1; latency <= 100; latency += 1) histogram.add(latency);
    expect([0.5, 0.99, 1].map((q) => histogram.quantile(q))).toEqual([50, 99, 100]);
    expect(histogram.longerThan(90)).toBe(10);
  });

  it('knows nothing of nothing', () => {
    expect(new LatencyHistogram().quantile(0.5)).toBeNaN();
  });

  it('is the sum of the histograms of all processes', () => {
    const [one, other] = [new LatencyHistogram(), new LatencyHistogram()];
    one.add(5);
    other.add(7, 3);
    one.merge(other.bins());
    expect(one.bins()).toEqual([
      [5, 1],
      [7, 3],
    ]);
    expect(one.total).toBe(4);
  });

  it('keeps what is negative or endless in its bounds', () => {
    const histogram = new LatencyHistogram();
    histogram.add(-3);
    histogram.add(1e9);
    expect(histogram.bins().map(([bin]) => bin)).toEqual([0, MAX_MS]);
  });
});
