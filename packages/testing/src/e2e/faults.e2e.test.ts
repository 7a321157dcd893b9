/** Parts of the system die in the middle of a crowd's movements; every list is compared with the oracle's. */
import { describe, expect, it } from '@jest/globals';
import { playCrowd, REPORT_INTERVAL_MS } from '../crowd/play-crowd.ts';
import { eventually } from '../plain/eventually.ts';
import { useDeployment } from '../stack/use-deployment.ts';

const TTL_SECONDS = 10;
/** Within this time of a kill a client is on another gateway and has a right list. */
const RETURN_BOUND_MS = 5_000;
/** What a gateway sends to location in about a second. */
const TIMED_OUT_REQUESTS = 40;

const deployment = useDeployment({ positionTtlSeconds: TTL_SECONDS });
const playThrough = (disturb: () => Promise<void>) => playCrowd(deployment, { ttlSeconds: TTL_SECONDS, disturb });

const failedRequests = () => deployment.gatewayMetric(0, 'nearby_rpc_requests_failed_total');

describe('in the middle of a crowd', () => {
  it('[S4] Redis is killed and comes back empty: no client is disconnected, the lists are right within 5 s', async () => {
    const { redis } = deployment.stack;
    const report = await playThrough(async () => {
      await redis?.kill();
      await redis?.restart();
    });
    expect(report.measured.connections.lost).toBe(0);
  }, 120_000);

  it('[S4] Redis freezes for some seconds: no client is disconnected, the lists are right again', async () => {
    const { redis } = deployment.stack;
    const report = await playThrough(async () => {
      const failedBefore = await failedRequests();
      redis?.pause();
      // Until RPC requests have timed out.
      await eventually(async () => expect(await failedRequests()).toBeGreaterThan(failedBefore + TIMED_OUT_REQUESTS));
      redis?.resume();
    });
    expect(report.measured.connections.lost).toBe(0);
  }, 120_000);

  it('a location instance is killed: no acknowledgement takes longer than a report interval', async () => {
    const report = await playThrough(async () => deployment.stack.locations[0]?.kill());
    expect(report.measured.connections.lost).toBe(0);
    expect(report.measured.updates.rejected).toEqual({});
    expect(report.measured.ackLatencyMs.worst).toBeLessThanOrEqual(REPORT_INTERVAL_MS);
    await deployment.stack.locations[0]?.start();
  }, 120_000);

  it('a friend-graph instance is killed: no acknowledgement takes longer than a report interval', async () => {
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
