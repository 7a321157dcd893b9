/** Replicas come and go in a planned way while a crowd moves; every list is compared with the oracle's. */
import { describe, expect, it } from '@jest/globals';
import type { TransportChoice } from '@nearby-friends/simulator';
import { playCrowd } from '../crowd/play-crowd.ts';
import { useDeployment } from '../stack/use-deployment.ts';

const TTL_SECONDS = 10;
/** p99 of a client's time without a connection in a planned change. */
const OFFLINE_BOUND_MS = 3_000;

const deployment = useDeployment({
  positionTtlSeconds: TTL_SECONDS,
  env: { gateway: { DRAIN_SPREAD_SECONDS: '2' } },
});

async function playThrough(change: () => Promise<void>, transport: TransportChoice = 'both') {
  const report = await playCrowd(deployment, {
    ttlSeconds: TTL_SECONDS,
    disturbances: [{ fraction: 0.3, run: change }],
    transport,
  });
  expect(report.measured.offlineMs.p99).toBeLessThanOrEqual(OFFLINE_BOUND_MS);
  return report;
}

describe('a planned change', () => {
  it.each<TransportChoice>(['both', 'polling'])(
    '[W3] drains a gateway (%s): every client is notified and reconnects elsewhere, and it exits with 0',
    async (transport) => {
      const leaving = deployment.stack.gateways[0];
      const report = await playThrough(() => deployment.stack.removeGateway(0), transport);
      expect(report.measured.connections.lost).toBeGreaterThan(0);
      if (transport === 'both') {
        expect(report.measured.connections.drainingAnnounced).toBe(report.measured.connections.lost);
      }
      expect(await leaving?.exited).toBe(0);
      await deployment.stack.addGateway();
    },
    120_000,
  );

  it('[W4] takes a gateway in: sockets on others are untouched', async () => {
    const report = await playThrough(async () => void (await deployment.stack.addGateway()));
    expect(report.measured.connections.lost).toBe(0);
  }, 120_000);

  it('[W4] restarts location and friend-graph instances one after the other, without visible interruption', async () => {
    const report = await playThrough(async () => {
      const { locations, friendGraphs } = deployment.stack;
      for (const instance of [...locations, ...friendGraphs]) {
        const { exited } = instance;
        instance.kill('SIGTERM');
        expect(await exited).toBe(0);
        await instance.start();
      }
    });
    expect(report.measured.connections.lost).toBe(0);
    expect(report.measured.updates.rejected).toEqual({});
  }, 120_000);
});
