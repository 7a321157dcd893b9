import { describe, expect, it } from '@jest/globals';
import { Timings } from '@nearby-friends/simulator/timings';
import type { BuildKind } from '../deploy/deployed-build.ts';
import { toMeasurement } from '../measure/measurement.ts';
import { alternateRounds, compareRounds, sharesText } from './alternate-rounds.ts';

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
        latencies: new Timings(),
        sendLags: new Timings(),
        framesIn: 1_000,
        bytesIn: 90_000,
        updatesSent: 25,
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

describe('rounds', () => {
  /** Trials whose measurements cost 1, 2, 3 … µs, and the order in which they were measured. */
  const play = async (most: number, bound: number) => {
    const order: BuildKind[] = [];
    const trialOf = (build: BuildKind) => ({
      measure: async () => {
        order.push(build);
        const [measured] = rounds(build, order.length);
        if (!measured) throw new Error('nothing was made up');
        return measured;
      },
    });
    const settings = {
      scale: 1,
      rounds: most,
      seconds: 1,
      gateways: 2,
      churnMinutes: 0,
      seed: 1,
      idiomaticHighest: undefined,
    };
    const context = { settings, check: () => undefined, log: () => undefined };
    const trials = [trialOf('ours'), trialOf('sharded')];
    const { shares } = await alternateRounds(context, trials, { intervalMs: 1_000, bound });
    return { order, shares };
  };

  it('go there and back, so that none is always measured after the same other', async () => {
    const { order, shares } = await play(3, 0.9);
    expect(order).toEqual(['ours', 'sharded', 'sharded', 'ours', 'ours', 'sharded']);
    expect(shares).toEqual([1 / 2, 4 / 3, 5 / 6]);
  });

  // In turn below 1 and above it: 1/2, 4/3, 5/6, 8/7, 9/10.
  it('end as soon as the middle of all is sure to be on one side of the bound', async () => {
    expect((await play(5, 1)).shares).toHaveLength(5);
    expect((await play(5, 1.34)).shares).toHaveLength(3);
    expect((await play(5, 0.4)).shares).toHaveLength(3);
    expect((await play(5, 1.2)).shares).toHaveLength(4);
    // Of four, two on each side would put the middle between them.
    expect((await play(4, 1)).shares).toHaveLength(4);
    expect((await play(1, 1)).shares).toHaveLength(1);
  });
});
