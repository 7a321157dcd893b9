/** A gateway that cannot follow the changes of rights delivers nothing, and no response promises more than that (G5). */
import { describe, expect, it } from '@jest/globals';
import { eventually } from '../plain/eventually.ts';
import { GATEWAYS, useRightsTrial } from '../rights/use-rights-trial.ts';

/** Over a second's worth. */
const POSITIONS_WHILE_FENCED = 6;
/** A gateway that cannot follow the stream is fenced after 5 s, and no call waits much longer than that. */
const CUT_OFF_BOUND_MS = 8_000;

const running = useRightsTrial();

describe('under 500 updates/s over three gateways', () => {
  it('[G5] a gateway that cannot follow the stream but still gets positions is fenced, and responses wait for that', async () => {
    const { deployment, line, trial, ways, sumOverGateways } = running();
    const cutOff = deployment.stack.gateways[0]?.name ?? '';
    // Viewers stand at odd indexes: those with index % GATEWAYS = 0 are on gateway 0.
    const affected = trial.pairs.filter((_, i) => (2 * i + 1) % GATEWAYS === 0);
    const elsewhere = trial.pairs.filter((_, i) => (2 * i) % GATEWAYS !== 0 && (2 * i + 1) % GATEWAYS !== 0);
    trial.callsMs.length = 0;
    for (const pair of affected) await trial.untilSeen(pair);
    line.cut(new RegExp(`gateway:${cutOff}:(?!subscriber)`));
    const cutAt = Date.now();
    const revoked = affected.map((pair, i) => {
      const way = ways[i % ways.length];
      if (!way) throw new Error('no way');
      return trial.revoke(way, pair).then((giveBack) => ({ pair, giveBack }));
    });
    const done = await Promise.all(revoked);
    expect(Math.max(...trial.callsMs)).toBeLessThanOrEqual(CUT_OFF_BOUND_MS);
    await eventually(async () => expect(await deployment.gatewayMetric(0, 'nearby_rights_fenced')).toBe(1));
    expect(Date.now() - cutAt).toBeLessThanOrEqual(CUT_OFF_BOUND_MS + 2_000);
    const other = elsewhere[0];
    if (other) await trial.untilSeen(other);
    // The cut gateway gets these, and must not pass them on.
    await Promise.all(affected.map(({ subject }) => trial.untilAccepted(subject, POSITIONS_WHILE_FENCED)));
    expect(trial.violations).toEqual([]);
    line.mend();
    for (const { giveBack } of done) await giveBack();
    for (const { pair } of done) await trial.untilSeen(pair);
    await eventually(async () => expect(await deployment.gatewayMetric(0, 'nearby_rights_fenced')).toBe(0));
    expect(trial.violations).toEqual([]);
    expect(await sumOverGateways('nearby_post_revocation_deliveries_total')).toBe(0);
  }, 120_000);
});
