/** The report of a simulation on a deployment in miniature that is right, or wrong in a chosen way. */
import { afterEach, describe, expect, it } from '@jest/globals';
import { parseUserId } from '@nearby-friends/protocol';
import { createCity } from '../city/city.ts';
import { CityClock } from '../city/city-clock.ts';
import { type Defect, SmallDeployment } from '../client/small-deployment.testing.ts';
import { devTokens, TokenCache } from '../client/tokens.ts';
import { friendshipsOf } from '../dataset/friendships.ts';
import { wallClock } from '../plain/wall-clock.ts';
import { smallTown } from '../streets/small-town.testing.ts';
import { type SimulationOptions, type SimulationProgress, simulate } from './simulation.ts';
import type { SimulationReport } from './simulation-report.ts';

const PEOPLE = 30;
const MORNING = 8.5 * 60;
const streets = smallTown(14, 900);

let deployment: SmallDeployment | undefined;
afterEach(async () => {
  await deployment?.stop();
});

async function run(more: Partial<SimulationOptions> = {}, defect?: Defect): Promise<SimulationReport> {
  const clock = new CityClock({ startsAtMs: wallClock.now(), startMinute: MORNING, pace: 10 });
  const users = Array.from({ length: PEOPLE }, (_, index) => parseUserId(`p${index}`));
  const city = createCity({ streets, users, clock, seed: 1, alwaysOn: true });
  deployment = new SmallDeployment({
    friendships: friendshipsOf(city.friendships),
    ttlMs: 60_000,
    ...(defect === undefined ? {} : { defect }),
  });
  const url = await deployment.start();
  return await simulate({
    ...city,
    url,
    tokens: new TokenCache(devTokens({ url, clock: wallClock })),
    clock: wallClock,
    transport: 'websocket',
    intervalMs: 300,
    arrivalsPerSecond: 50,
    durationMs: 3_500,
    signal: new AbortController().signal,
    ...more,
  });
}

/** Interrupts the simulation once `isEnough` holds, however long a busy machine needs until then. */
async function runUntil(
  isEnough: (progress: SimulationProgress) => boolean,
  defect?: Defect,
): Promise<SimulationReport> {
  const enough = new AbortController();
  return await run(
    {
      durationMs: undefined,
      signal: enough.signal,
      onProgress: (progress) => {
        if (isEnough(progress)) enough.abort();
      },
    },
    defect,
  );
}

describe('a simulation', () => {
  it('finds nothing wrong where nothing is, and reports how soon position updates are shown', async () => {
    const report = await runUntil(
      ({ online, experienced: { deliveryMs, freshnessMs } }) =>
        online === PEOPLE && deliveryMs.count > 20 && freshnessMs.count > 500,
    );
    expect(report.failures).toEqual([]);
    const { updates, connections, deliveryMs, freshnessMs, connectMs, unexplained } = report.experienced;
    expect(connectMs.count).toBe(PEOPLE);
    expect(updates).toMatchObject({ acked: updates.sent, unanswered: 0, rejected: {} });
    expect(connections).toMatchObject({ lost: 0, refused: {} });
    expect(deliveryMs.count).toBeGreaterThan(20);
    expect(deliveryMs.median).toBeLessThan(freshnessMs.worst);
    expect(unexplained).toBe(0);
  }, 60_000);

  it('counts lost connections, and that all clients come back', async () => {
    let isCut = false;
    const report = await runUntil(({ online, experienced }) => {
      if (online < PEOPLE) return false;
      if (isCut) return experienced.connections.lost >= PEOPLE;
      // Earlier, a cut would miss those who are still connecting.
      isCut = true;
      deployment?.cutConnections();
      return false;
    });
    expect(report.experienced.connections.lost).toBe(PEOPLE);
    expect(report.experienced.offlineMs.count).toBe(PEOPLE);
    expect(report).toMatchObject({ missing: 0, ok: true });
  }, 60_000);

  it('reports a deployment that acknowledges nothing', async () => {
    const { ok, failures } = await run({}, 'acknowledges nothing');
    expect(ok).toBe(false);
    expect(failures).toContain('No update was ever acknowledged.');
  }, 60_000);

  it('waits at its end for the acknowledgements that are still due', async () => {
    const { experienced, ok } = await runUntil(
      ({ experienced: { updates } }) => updates.acked > 0,
      'acknowledges late',
    );
    expect(experienced.updates).toMatchObject({ acked: experienced.updates.sent, unanswered: 0 });
    expect(ok).toBe(true);
  }, 60_000);

  it('shows the growing age of a friend of whom only the first position is sent', async () => {
    const { experienced } = await runUntil(
      ({ experienced: { freshnessMs } }) => freshnessMs.worst > 2_000,
      'sends a friend’s first position only',
    );
    expect(experienced.deliveryMs.count).toBe(0);
    expect(experienced.freshnessMs.worst).toBeGreaterThan(2_000);
  }, 60_000);

  it('ends at once when it is interrupted, with a report of what happened until then', async () => {
    const report = await runUntil(({ phase, online }) => phase === 'living' && online === PEOPLE);
    expect(report).toMatchObject({ ok: true, people: PEOPLE });
    expect(report.experienced.updates.acked).toBeGreaterThan(0);
  }, 60_000);
});
