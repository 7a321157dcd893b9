import { describe, expect, it } from '@jest/globals';
import { metricsIn } from './promql-names.ts';

describe('the names of metrics in', () => {
  it.each([
    ['up', ['up']],
    ['up == 0', ['up']],
    [
      'histogram_quantile(0.99, sum by (le, instance) (rate(a_seconds_bucket{instance=~"$i"}[5m]))) > 1',
      ['a_seconds_bucket'],
    ],
    ['ready == 0 and on (job, instance) draining == 0', ['ready', 'draining']],
    ['a / (b > 0) > 0.85', ['a', 'b']],
    ['absent(up{job="gateway"}) or absent(up{job="loc{a}tion"})', ['up']],
    ['max(rate(a_total[$__rate_interval])) or vector(0)', ['a_total']],
    ['sum(a) by (le) - a offset 5m', ['a', '5m']],
    ['time() - process_start_time_seconds{job="x"}', ['process_start_time_seconds']],
    ['1e3 * a:b:c', ['a:b:c']],
  ])('%s', (expression, names) => {
    expect(metricsIn(expression)).toEqual(names.filter((name) => name !== '5m'));
  });
});
