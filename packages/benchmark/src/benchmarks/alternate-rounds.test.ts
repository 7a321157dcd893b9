import { describe, expect, it } from '@jest/globals';
import type { BuildKind } from '../deploy/deployed-build.ts';
import { LatencyHistogram } from '../load/latency-histogram.ts';
import { toMeasurement } from '../measure/measurement.ts';
import { compareRounds, sharesText } from './alternate-rounds.ts';

/** Rounds of 1,000 deliveries each, at these costs in µs. */
const rounds = (build: BuildKind, ...costs: number[]) =>
  costs.map((cost) =>
    toMeasurement({
      build,
      clients: 10,
      seconds: 1,
      report: {
        expected: 1_000,
        onTime: 1_000,
        late: 0,
        latencies: new LatencyHistogram(),
        sendLags: new LatencyHistogram(),
        framesIn: 1_000,
        bytesIn: 90_000,
        reportsSent: 25,
      },
      cpuNs: { gateway: cost * 1_000_000 },
    }),
  );

describe('comparing builds', () => {
  it('is done round by round, since a slow minute hits all', () => {
    const comparison = compareRounds([rounds('ours', 3, 9, 4), rounds('sharded', 10, 30, 10)]);
    expect(comparison.shares.map((share) => Number(share.toFixed(3)))).toEqual([0.3, 0.3, 0.4]);
    expect(comparison.share).toBeCloseTo(0.3);
    expect(comparison.summaries.map(({ build, cost }) => [build, cost])).toEqual([
      ['ours', 4],
      ['sharded', 10],
    ]);
    expect(sharesText(comparison)).toMatch(/0\.300, 0\.300, 0\.400\.$/);
  });

  it('holds ours against the idiomatic build that costs least', () => {
    const { idiomatic, share } = compareRounds([
      rounds('classic', 12, 12),
      rounds('ours', 2, 2),
      rounds('sharded', 8, 8),
    ]);
    expect(idiomatic.build).toBe('sharded');
    expect(share).toBeCloseTo(0.25);
  });

  it('needs both', () => {
    expect(() => compareRounds([rounds('ours', 1)])).toThrow('not measured');
    expect(() => compareRounds([rounds('sharded', 1)])).toThrow('not measured');
  });
});
