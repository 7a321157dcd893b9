/** What a simulation says of a deployment in miniature that is right, or wrong in a chosen way. */
import { afterEach, describe, expect, it } from '@jest/globals';
import { parseUserId } from '@nearby-friends/protocol';
import { foundCity } from '../city/city.ts';
import { CityClock } from '../city/city-clock.ts';
import { devTokens, KeptTokens } from '../client/tokens.ts';
import { friendshipsOf } from '../dataset/friendships.ts';
import { smallTown } from '../streets/small-town.testing.ts';
import { wallClock } from '../wall-clock.ts';
import { type SimulationOptions, type SimulationProgress, simulate } from './simulation.ts';
import type { SimulationReport } from './simulation-report.ts';
import { type Defect, SmallDeployment } from './small-deployment.testing.ts';

const PEOPLE = 30;
const MORNING = 8.5 * 60;
const streets = smallTown(14, 900);

let deployment: SmallDeployment | undefined;
afterEach(async () => {
  await deployment?.stop();
});

async function run(
  more: Partial<SimulationOptions> = {},
  defect?: Defect,
  atProgress: (progress: SimulationProgress) => void = () => undefined,
): Promise<SimulationReport> {
  const clock = new CityClock({ startsAtMs: wallClock.now(), startMinute: MORNING, pace: 10 });
  const users = Array.from({ length: PEOPLE }, (_, index) => parseUserId(`p${index}`));
  const city = foundCity({ streets, users, clock, seed: 1, alwaysOn: true });
  deployment = new SmallDeployment({
    friendships: friendshipsOf(city.friendships),
    ttlMs: 60_000,
    ...(defect === undefined ? {} : { defect }),
  });
  const url = await deployment.start();
  return await simulate({
    ...city,
    url,
    tokens: new KeptTokens(devTokens({ url, clock: wallClock })),
    clock: wallClock,
    transport: 'websocket',
    intervalMs: 300,
    arrivalsPerSecond: 50,
    durationMs: 3_500,
    signal: new AbortController().signal,
    onProgress: atProgress,
    ...more,
  });
}

describe('a simulation', () => {
  it('finds nothing wrong where nothing is, and says how soon reports were seen', async () => {
    const report = await run();
    expect(report.failures).toEqual([]);
    const { updates, connections, deliveryMs, freshnessMs, connectMs, unexplained } = report.experienced;
    expect(connectMs.count).toBe(PEOPLE);
    expect(updates).toMatchObject({ acked: updates.sent, unanswered: 0, rejected: {} });
    expect(connections).toMatchObject({ lost: 0, refused: {} });
    expect(deliveryMs.count).toBeGreaterThan(20);
    expect(deliveryMs.median).toBeLessThan(freshnessMs.worst);
    expect(unexplained).toBe(0);
  }, 30_000);

  it('counts lost connections, and that everybody came back', async () => {
    let cut = false;
    const report = await run({ durationMs: 5_000 }, undefined, ({ fraction = 0 }) => {
      if (fraction < 0.2 || cut) return;
      cut = true;
      deployment?.cutConnections();
    });
    expect(report.experienced.connections.lost).toBe(PEOPLE);
    expect(report.experienced.offlineMs.count).toBe(PEOPLE);
    expect(report).toMatchObject({ missing: 0, ok: true });
  }, 30_000);

  it('tells whoever answers nothing that it does not', async () => {
    const { ok, failures } = await run({}, 'answers nothing');
    expect(ok).toBe(false);
    expect(failures).toContain('No update was ever acknowledged.');
  }, 30_000);

  it('waits at its end for the answers that are still due', async () => {
    const { experienced, ok } = await run({}, 'answers late');
    expect(experienced.updates).toMatchObject({ acked: experienced.updates.sent, unanswered: 0 });
    expect(ok).toBe(true);
  }, 30_000);

  it('sees late what is told late: a friend’s first position only', async () => {
    const { experienced } = await run({}, 'tells a friend’s first position only');
    expect(experienced.deliveryMs.count).toBe(0);
    expect(experienced.freshnessMs.worst).toBeGreaterThan(2_000);
  }, 30_000);

  it('ends at once when it is interrupted, with a report of what was until then', async () => {
    const interrupted = new AbortController();
    const report = await run({ durationMs: undefined, signal: interrupted.signal }, undefined, ({ phase }) => {
      if (phase === 'living') interrupted.abort();
    });
    expect(report).toMatchObject({ ok: true, people: PEOPLE });
    expect(report.experienced.updates.acked).toBeGreaterThan(0);
  }, 30_000);
});
