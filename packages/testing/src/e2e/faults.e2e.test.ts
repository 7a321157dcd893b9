/** Parts of the system die in the middle of a crowd's movements; every list is compared with the oracle's. */
import { describe, expect, it } from '@jest/globals';
import type { Disturbance } from '@nearby-friends/simulator';
import { playCrowd, REPORT_INTERVAL_MS } from '../crowd/play-crowd.ts';
import { eventually } from '../plain/eventually.ts';
import { useDeployment } from '../stack/use-deployment.ts';

const TTL_SECONDS = 10;
/** Within this time of a kill a client is on another gateway and has a right list. */
const RETURN_BOUND_MS = 5_000;
/** Shortly before the first and the second comparison, which then show how soon the lists are right again. */
const [FIRST, SECOND] = [0.2, 0.45];

const deployment = useDeployment({ positionTtlSeconds: TTL_SECONDS });
const playThrough = (...disturbances: Disturbance[]) =>
  playCrowd(deployment, { ttlSeconds: TTL_SECONDS, disturbances });

const failedRequests = () => deployment.gatewayMetric(0, 'nearby_rpc_requests_failed_total');

async function killRedis(): Promise<void> {
  await deployment.stack.redis?.kill();
  await deployment.stack.redis?.restart();
}

async function freezeRedis(): Promise<void> {
  const failedBefore = await failedRequests();
  deployment.stack.redis?.pause();
  // Until RPC requests have timed out.
  await eventually(async () => expect(await failedRequests()).toBeGreaterThan(failedBefore));
  deployment.stack.redis?.resume();
}

describe('in the middle of a crowd', () => {
  it('[S4] Redis is killed and comes back empty: no client is disconnected, the lists are right within 5 s', async () => {
    const report = await playThrough({ fraction: SECOND, run: killRedis });
    expect(report.measured.connections.lost).toBe(0);
  }, 120_000);

  it('[S4] Redis freezes for some time: no client is disconnected, the lists are right again', async () => {
    const report = await playThrough({ fraction: SECOND, run: freezeRedis });
    expect(report.measured.connections.lost).toBe(0);
  }, 120_000);

  it('an instance of location and one of friend-graph are killed: no acknowledgement takes longer than a report interval', async () => {
    const [location] = deployment.stack.locations;
    const [friendGraph] = deployment.stack.friendGraphs;
    const report = await playThrough(
      { fraction: FIRST, run: async () => location?.kill() },
      { fraction: SECOND, run: async () => friendGraph?.kill() },
    );
    expect(report.measured.connections.lost).toBe(0);
    expect(report.measured.updates.rejected).toEqual({});
    expect(report.measured.ackLatencyMs.worst).toBeLessThanOrEqual(REPORT_INTERVAL_MS);
    await Promise.all([location?.start(), friendGraph?.start()]);
  }, 120_000);

  it('a gateway is killed: its clients are back on another with a right list within 5 s', async () => {
    const [gateway] = deployment.stack.gateways;
    const report = await playThrough({ fraction: SECOND, run: async () => gateway?.kill() });
    expect(report.measured.connections.lost).toBeGreaterThan(0);
    expect(report.measured.offlineMs.worst + report.measured.snapshotDelayMs.worst).toBeLessThanOrEqual(
      RETURN_BOUND_MS,
    );
    await gateway?.start();
  }, 120_000);
});
