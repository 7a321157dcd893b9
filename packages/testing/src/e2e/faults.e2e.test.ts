/** Parts of the system die in the middle of a crowd's movements; every list is compared with the oracle's. */
import { describe, expect, it } from '@jest/globals';
import { playCrowd, REPORT_INTERVAL_MS } from '../play-crowd.ts';
import { useDeployment } from '../use-deployment.ts';

const TTL_SECONDS = 10;
/** A client is to be back on another gateway, with a right list, within this time of a kill. */
const RETURN_BOUND_MS = 5_000;

const deployment = useDeployment({ positionTtlSeconds: TTL_SECONDS });
const playThrough = (disturb: () => Promise<void>) => playCrowd(deployment, { ttlSeconds: TTL_SECONDS, disturb });

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
