/** The promise to people who share their position: after the response to a revocation nothing of it is delivered. */
import { describe, expect, it } from '@jest/globals';
import { MIN_DELIVERIES_CHECKED, REVOCATIONS_EACH } from '../plain/tiers.ts';
import type { Pair } from '../rights/rights-trial.ts';
import { useRightsTrial } from '../rights/use-rights-trial.ts';

const PAIRS_AT_ONCE = 8;
/** On a quiet machine it is some hundredths of a second. */
const CALL_P99_BOUND_MS = 3_000;

const running = useRightsTrial();

/** Each way as often as the others, by some pairs at once while the rest go on reporting. */
async function tryEverything(tries: number): Promise<void> {
  const { trial, ways } = running();
  const left = Array.from({ length: tries }, () => ways).flat();
  const work = async (pair: Pair) => {
    for (let way = left.pop(); way; way = left.pop()) await trial.try(way, pair);
  };
  await Promise.all(trial.pairs.slice(0, PAIRS_AT_ONCE).map(work));
}

describe('under 500 updates/s over three gateways', () => {
  it(`[G2] revoke, block, pause, hide and run out, ${REVOCATIONS_EACH} times each: nothing is delivered after the response`, async () => {
    const { trial, sumOverGateways } = running();
    // In its first seconds friend-graph does not know yet which gateways follow the stream, and waits.
    await tryEverything(1);
    trial.callsMs.length = 0;
    await tryEverything(REVOCATIONS_EACH);
    expect(trial.violations).toEqual([]);
    expect(trial.deliveries).toBeGreaterThan(MIN_DELIVERIES_CHECKED);
    expect(await sumOverGateways('nearby_post_revocation_deliveries_total')).toBe(0);
    const calls = trial.callsMs.toSorted((a, b) => a - b);
    expect(calls.length).toBe(5 * REVOCATIONS_EACH);
    expect(calls[Math.floor(calls.length * 0.99)]).toBeLessThanOrEqual(CALL_P99_BOUND_MS);
  }, 400_000);
});
