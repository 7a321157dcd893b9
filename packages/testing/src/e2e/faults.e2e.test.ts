/** Parts of the system die in the middle of a crowd's movements; every list is compared with the oracle's. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ReplayReport, replay } from '@nearby-friends/simulator';
import { makeCrowd } from '../crowd.ts';
import { Deployment } from '../deployment.ts';

const PEOPLE = 80;
const REPORT_INTERVAL_MS = 1_000;
const DURATION_MS = 16_000;
const TTL_SECONDS = 10;
/** A client is to be back on another gateway, with a right list, within this time of a kill. */
const RETURN_BOUND_MS = 5_000;

let deployment: Deployment;
let crowds = 0;

beforeAll(async () => {
  deployment = await Deployment.start({ positionTtlSeconds: TTL_SECONDS });
}, 120_000);
afterAll(async () => {
  await deployment?.stop();
}, 60_000);

/**
 * Plays a new crowd and does `disturb` in the middle of it; the lists are compared before, right after and at the end.
 * A comparison gives the lists 5 s to become right (S4).
 */
async function playThrough(disturb: () => Promise<void>): Promise<ReplayReport> {
  const crowd = makeCrowd({
    name: `crowd-${++crowds}`,
    people: PEOPLE,
    friendsEach: 8,
    intervalMs: REPORT_INTERVAL_MS,
    durationMs: DURATION_MS,
    seed: crowds,
  });
  await deployment.befriend(...crowd.pairs);
  const report = await replay({
    friendships: crowd.friendships,
    movements: crowd.movements,
    window: { fromMs: 0, toMs: DURATION_MS },
    speed: 1,
    url: deployment.url,
    deploymentTtlMs: TTL_SECONDS * 1000,
    checkpoints: 3,
    // Shortly before the second of three checkpoints, so that it shows how soon the lists are right again.
    atFraction: [{ fraction: 0.45, run: disturb }],
  });
  expect(report.failures).toEqual([]);
  for (const { required } of report.checkpoints.slice(0, 4)) expect(required).toBeGreaterThan(PEOPLE);
  return report;
}

describe('in the middle of a crowd', () => {
  it('[S4] Redis is killed and comes back empty: nobody is disconnected, the lists are right within 5 s', async () => {
    const { redis } = deployment.stack;
    const report = await playThrough(async () => {
      await redis?.kill();
      await redis?.restart();
    });
    expect(report.measured.connections.lost).toBe(0);
  }, 120_000);

  it('[S4] Redis freezes for some seconds: nobody is disconnected, the lists are right again', async () => {
    const { redis } = deployment.stack;
    const report = await playThrough(async () => {
      redis?.pause();
      // Longer than the bus waits for an answer, so that its time-outs are at work.
      await new Promise((resolve) => setTimeout(resolve, 2_500));
      redis?.resume();
    });
    expect(report.measured.connections.lost).toBe(0);
  }, 120_000);

  it('a location instance is killed: no client notices for longer than a report interval', async () => {
    const report = await playThrough(async () => deployment.stack.locations[0]?.kill());
    expect(report.measured.connections.lost).toBe(0);
    expect(report.measured.updates.rejected).toEqual({});
    expect(report.measured.ackLatencyMs.worst).toBeLessThanOrEqual(REPORT_INTERVAL_MS);
    await deployment.stack.locations[0]?.start();
  }, 120_000);

  it('a friend-graph instance is killed: no client notices for longer than a report interval', async () => {
    const report = await playThrough(async () => deployment.stack.friendGraphs[0]?.kill());
    expect(report.measured.connections.lost).toBe(0);
    expect(report.measured.updates.rejected).toEqual({});
    expect(report.measured.ackLatencyMs.worst).toBeLessThanOrEqual(REPORT_INTERVAL_MS);
    await deployment.stack.friendGraphs[0]?.start();
  }, 120_000);

  it('a gateway is killed: its clients are back on another with a right list within 5 s', async () => {
    const report = await playThrough(async () => deployment.stack.gateways[0]?.kill());
    expect(report.measured.connections.lost).toBeGreaterThan(0);
    expect(report.measured.offlineMs.worst + report.measured.snapshotDelayMs.worst).toBeLessThanOrEqual(
      RETURN_BOUND_MS,
    );
    await deployment.stack.gateways[0]?.start();
  }, 120_000);
});
