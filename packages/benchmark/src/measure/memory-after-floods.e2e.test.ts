/** What a gateway keeps of clients that flooded it: nothing, however often they come back. */
import { expect, it } from '@jest/globals';
import { useDeployment } from '@nearby-friends/testing';
import { eventually } from '@nearby-friends/testing/eventually';
import { collectGarbage, INSPECTABLE } from './collect-garbage.ts';
import { FLOODS } from './flood.testing.ts';
import { residentBytes } from './resident-memory.ts';

const MB = 2 ** 20;
const ROUNDS = 10;
const CONNECTIONS_AT_ONCE = 10;

/** A connection whose guard is kept takes several times as much. */
const MAX_KEPT_PER_CONNECTION_BYTES = 1_000;
/** Measured: 4 to 11 MB. */
const MAX_RESIDENT_AFTER_BYTES = 24 * MB;

/** Garbage is collected once a connection's last timer has ended, at most 5 s after it. */
const SETTLED_WITHIN_MS = 20_000;

const deployment = useDeployment({
  gateways: 1,
  locations: 1,
  friendGraphs: 1,
  env: { gateway: { NODE_OPTIONS: INSPECTABLE } },
});

it('[A4] the memory of a gateway does not grow with each flood', async () => {
  const [gateway] = deployment.stack.gateways;
  if (!gateway) throw new Error('there is no gateway');
  const resident = () => residentBytes([gateway.pid]);
  const tokens = await Promise.all(
    Array.from({ length: CONNECTIONS_AT_ONCE }, (_, i) => deployment.token(`flooding-${i}`)),
  );
  await collectGarbage(gateway);
  const before = await resident();
  let connections = 0;
  const floodInEveryWay = async () => {
    for (const flood of Object.values(FLOODS)) {
      for (const areAuthenticated of [false, true]) {
        await Promise.all(
          tokens.map((token) => flood(`http://127.0.0.1:${gateway.port}`, areAuthenticated ? token : undefined)),
        );
        connections += tokens.length;
      }
    }
  };
  /** The least that JavaScript uses after a collection, once nothing more is released. */
  const settledUse = async () => {
    await eventually(async () => expect(await deployment.gatewayMetric(0, 'nearby_connections')).toBe(0));
    let least = Number.POSITIVE_INFINITY;
    await eventually(async () => {
      const before = least;
      least = Math.min(least, await collectGarbage(gateway));
      expect(before - least).toBeLessThan(MB / 16);
    }, SETTLED_WITHIN_MS);
    return least;
  };

  // The first one leaves caches and compiled code behind.
  await floodInEveryWay();
  const used = await settledUse();
  connections = 0;
  for (let round = 0; round < ROUNDS; round++) await floodInEveryWay();
  expect(await deployment.gatewayMetric(0, 'nearby_connections_closed_for_abuse_total')).toBeGreaterThan(
    0.9 * connections,
  );
  await eventually(async () => {
    expect((await collectGarbage(gateway)) - used).toBeLessThan(connections * MAX_KEPT_PER_CONNECTION_BYTES);
    expect((await resident()) - before).toBeLessThan(MAX_RESIDENT_AFTER_BYTES);
  }, SETTLED_WITHIN_MS);
}, 600_000);
