import { describe, expect, it } from '@jest/globals';
import { Metrics } from './metrics.ts';

describe('a tally', () => {
  it('is a counter like any other to whoever scrapes, however often', async () => {
    const metrics = new Metrics();
    const tally = metrics.tally('things_total', 'Things.');
    const scrape = () => metrics.registry.getSingleMetricAsString('things_total');
    expect(await scrape()).toBe('# HELP things_total Things.\n# TYPE things_total counter\nthings_total 0');
    tally.inc();
    tally.inc(41);
    expect(await scrape()).toMatch(/\nthings_total 42$/);
    expect(await scrape()).toMatch(/\nthings_total 42$/);
  });
});
